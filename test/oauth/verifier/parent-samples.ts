import type { AccessTokenClaims } from "../../../src/oauth/claims.ts";
import type { InvalidationBus } from "../../../src/ports/invalidation-bus.ts";
import { memoryBus } from "../../../src/storage/memory/bus.ts";
import { START } from "../../support/clock.ts";

/** Claims of an access token that is issued at the start of the clock, for 15 minutes. */
export function sampleClaims(changes: Partial<AccessTokenClaims> = {}): AccessTokenClaims {
  return {
    ...{ iss: "https://login.example.com", aud: "https://api.example.com", client_id: "cli" },
    ...{ sub: "ada", iat: START / 1000, exp: START / 1000 + 900, jti: "1", scope: "orders:read" },
    tokenry: {
      ...{ id: "tok_1", kind: "service", account: "acme", hint: "…abcd" },
      ...{ secretCreatedAt: START, budgets: {} },
    },
    ...changes,
  };
}

/** Turns of the queue of what waits, for what is done in the background. */
export async function settled(): Promise<void> {
  for (let turns = 0; turns < 20; turns += 1) await Promise.resolve();
}

/** A bus that can be lost. */
export interface BreakableBus extends InvalidationBus {
  /** `deaf`: nothing is told and nothing fails; `down`: everything fails. */
  state: "up" | "deaf" | "down";
  /** Messages that were published, but for those of who tries the bus. */
  readonly published: (readonly string[])[];
  /** How often somebody subscribed. */
  subscriptions: number;
  /** Subscriptions that have not ended. */
  open: number;
  tell(...keys: string[]): Promise<void>;
}

export function breakableBus(): BreakableBus {
  const inner = memoryBus();
  const bus: BreakableBus = {
    state: "up",
    published: [],
    subscriptions: 0,
    open: 0,
    tell: (...keys) => inner.publish(keys),
    async publish(keys) {
      if (bus.state === "down") throw new Error("the bus is down");
      (bus.published as (readonly string[])[]).push(keys);
      if (bus.state === "up") await inner.publish(keys);
    },
    async subscribe(handler) {
      bus.subscriptions += 1;
      if (bus.state === "down") throw new Error("the bus is down");
      const unsubscribe = await inner.subscribe(handler);
      bus.open += 1;
      return async () => {
        bus.open -= 1;
        await unsubscribe();
      };
    },
  };
  return bus;
}

/** Has each wait end when the test says so: `AbortSignal.timeout` knows no clock but the machine's. */
export interface TimeLimits {
  /** Ends all waits that are on their way. */
  pass(): void;
  readonly timeout: (limitMs: number) => AbortSignal;
  readonly asked: number[];
}

export function timeLimits(): TimeLimits {
  let controllers: AbortController[] = [];
  const asked: number[] = [];
  return {
    asked,
    timeout(limitMs) {
      const controller = new AbortController();
      controllers.push(controller);
      asked.push(limitMs);
      return controller.signal;
    },
    pass() {
      const ended = controllers;
      controllers = [];
      for (const controller of ended) controller.abort(new Error("too late"));
    },
  };
}
