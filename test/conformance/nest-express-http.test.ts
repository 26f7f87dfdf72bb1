import { afterAll, describe, test } from "vitest";
import { createTokenry, memoryRepository } from "../../src/index.ts";
import { httpConformance } from "../../src/testing/index.ts";
import { serveNest } from "../adapters/nest-subject.ts";

httpConformance(
  { describe, test, afterAll },
  { createTokenry, memoryRepository, serve: serveNest("express") },
);
