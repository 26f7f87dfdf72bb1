import { afterAll, describe, test } from "vitest";
import { createTokenry, memoryRepository } from "../../src/index.ts";
import { httpConformance } from "../../src/testing/index.ts";
import { serveHono } from "../adapters/hono-subject.ts";

httpConformance(
  { describe, test, afterAll },
  { createTokenry, memoryRepository, serve: serveHono },
);
