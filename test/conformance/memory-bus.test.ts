import { describe, test } from "vitest";
import { memoryBus } from "../../src/storage/memory/bus.ts";
import { busConformance } from "../../src/testing/bus-conformance.ts";

busConformance({ describe, test }, { create: () => ({ subject: memoryBus() }) });
