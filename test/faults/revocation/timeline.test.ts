import { describe, expect, test } from "vitest";
import { possibleStates, type Timeline } from "./timeline.ts";

/** Open from the start; closed by process 1, begun at 10 and acknowledged at 20; opened again by process 2, begun at 30, acknowledged at 40. */
const TIMELINE: Timeline<string> = [
  { state: "open", begun: 0, acknowledged: 0, process: 0 },
  { state: "closed", begun: 10, acknowledged: 20, process: 1 },
  { state: "open again", begun: 30, acknowledged: 40, process: 2 },
];

function statesOf(begun: number, ended: number, boundMs = 0, process = 9): readonly string[] {
  return possibleStates(TIMELINE, { process, begun, ended }, boundMs).map(({ state }) => state);
}

describe("the states that a call may meet", () => {
  test("before a change was begun: only the one before it", () => {
    expect(statesOf(1, 9)).toEqual(["open"]);
  });

  test("while a change is on its way: either", () => {
    expect(statesOf(1, 10)).toEqual(["closed", "open"]);
    expect(statesOf(20, 21)).toEqual(["closed", "open"]);
  });

  test("after its acknowledgement: only the one after it", () => {
    expect(statesOf(21, 29)).toEqual(["closed"]);
  });

  test("over all of a call that takes long: each", () => {
    expect(statesOf(5, 50)).toEqual(["open again", "closed", "open"]);
  });

  test("where memory is allowed: also one that was over within the bound, and how long it was", () => {
    expect(statesOf(25, 29, 5)).toEqual(["closed", "open"]);
    expect(statesOf(26, 29, 5)).toEqual(["closed"]);
    expect(possibleStates(TIMELINE, { process: 9, begun: 25, ended: 29 }, 5)).toEqual([
      { state: "closed", staleMs: 0 },
      { state: "open", staleMs: 5 },
    ]);
  });

  test("in the process that made the change: never one before it", () => {
    expect(statesOf(25, 29, 5, 1)).toEqual(["closed"]);
    expect(statesOf(41, 42, 50, 2)).toEqual(["open again"]);
  });
});
