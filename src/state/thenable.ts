import type { Awaitable } from "../ports/awaitable.ts";

/** Tells a promise from a value, so that what is known at once costs no turn of the event loop's queue. */
export function isThenable<Value>(value: Awaitable<Value>): value is PromiseLike<Value> {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as { then?: unknown }).then === "function"
  );
}
