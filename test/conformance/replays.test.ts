import { describe, test } from "vitest";
import type { ReplayStore } from "../../src/ports/replay-store.ts";
import { memoryReplays } from "../../src/storage/memory/replays.ts";
import { replayStoreConformance } from "../../src/testing/replay-store-conformance.ts";

describe("memory", () => {
  replayStoreConformance({ describe, test }, { create: () => ({ subject: memoryReplays() }) });
});

describe("memory, behind promises and with a second instance", () => {
  const remote = (store: ReplayStore): ReplayStore => ({
    add: async (...given) => store.add(...given),
    has: async (...given) => store.has(...given),
  });
  const create = () => {
    const store = memoryReplays();
    return { subject: remote(store), peer: remote(store) };
  };
  replayStoreConformance({ describe, test }, { create });
});
