import { afterAll, describe, test } from "vitest";
import { createTokenry, memoryRepository } from "../../src/index.ts";
import { httpConformance } from "../../src/testing/index.ts";
import { serveNode } from "../adapters/node-subject.ts";

httpConformance(
  { describe, test, afterAll },
  { createTokenry, memoryRepository, serve: serveNode },
);
