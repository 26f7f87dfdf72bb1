import { describe, test } from "vitest";
import { memoryRepository } from "../../src/storage/memory/repository.ts";
import { repositoryConformance } from "../../src/testing/repository-conformance.ts";

repositoryConformance({ describe, test }, { create: () => ({ subject: memoryRepository() }) });
