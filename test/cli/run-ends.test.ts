import { afterEach, describe, expect, test, vi } from "vitest";
import { ADA } from "../support/directory.ts";
import { createWorld } from "../support/world.ts";
import { commandLine } from "./support/command-line.ts";
import type { FakeTerminal } from "./support/fake-terminal.ts";

const FOR_EVER = () => new Promise<never>(() => {});
const MAY_BE_DONE =
  "tokenry: Interrupted. What was begun may be done: see tokenry list OWNER or tokenry events ACCOUNT before you repeat it.\n";

afterEach(() => {
  vi.useRealTimers();
});

/** Runs a command whose directory does not answer; when it was asked, something happens at the terminal. */
async function left(args: readonly string[], happens: (terminal: FakeTerminal) => void) {
  const held: { terminal?: FakeTerminal } = {};
  const find = () => {
    if (held.terminal !== undefined) setTimeout(happens, 0, held.terminal);
    return FOR_EVER();
  };
  const line = commandLine({}, createWorld({ directory: { find } }));
  const outcome = await line.run(args, { piped: "" }, held);
  return { ...outcome, closed: line.closed() };
}

describe("an interruption", () => {
  test("leaves what runs, closes what was opened, and exits with 130 without a word", async () => {
    const { exitCode, out, err, closed } = await left(["list", ADA], (at) => at.interrupt());
    expect({ exitCode, out, err }).toEqual({ exitCode: 130, out: "", err: "" });
    expect(closed).toBe(1);
  });

  test.each([
    [["issue", "service", ADA, "--name", "x"]],
    [["rotate", "direct", ADA, "--yes"]],
    [["revoke-all", ADA, "--yes", "--actor", ADA]],
    [["zones", "put", "acme", "office", "192.0.2.1", "--blocked", "--actor", ADA]],
    [["zones", "remove", "acme", "office", "--yes", "--actor", ADA]],
  ])("of %j says that it may be done", async (args) => {
    const { exitCode, out, err } = await left(args, (at) => at.interrupt());
    expect({ exitCode, out, err }).toEqual({ exitCode: 130, out: "", err: MAY_BE_DONE });
  });

  test("before a change was begun has nothing to say of it", async () => {
    const held: { terminal?: FakeTerminal } = {};
    const tokens = () => {
      if (held.terminal !== undefined) setTimeout(() => held.terminal?.interrupt(), 0);
      return FOR_EVER();
    };
    const args = ["issue", "service", ADA, "--name", "x"];
    const line = commandLine({ tokens });
    const { exitCode, err } = await line.run(args, { piped: "" }, held);
    expect({ exitCode, err }).toEqual({ exitCode: 130, err: "" });
    // The host's clients are closed although the tokenry is not there to be closed.
    expect(line.closed()).toBe(1);
  });
});

describe("an error that nobody catches", () => {
  const gone = new Error("postgres://app:hunter2@db/app ended the connection");

  test("ends the command, is told without passwords, and what was opened is closed", async () => {
    const { exitCode, out, err, closed } = await left(["list", ADA], (at) => at.crash(gone));
    expect({ exitCode, out, closed }).toEqual({ exitCode: 1, out: "", closed: 1 });
    expect(err).toMatch(/^tokenry: postgres:\/\/…@db\/app ended the connection\n {2}next: /);
  });

  test("in the middle of a change says that it may be done", async () => {
    const args = ["issue", "service", ADA, "--name", "x"];
    const { exitCode, err } = await left(args, (at) => at.crash(gone));
    expect(exitCode).toBe(1);
    expect(err).toContain(MAY_BE_DONE);
  });
});

describe("what does not close", () => {
  test.each([
    ["a command that is done", ["list", ADA], 30_000, 0],
    ["one that failed", ["show", "nothing"], 5000, 1],
  ])("is waited for no longer than some seconds: %s", async (_, args, ms, code) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const ended = vi.fn<(outcome: { exitCode: number }) => void>();
    const running = commandLine({ close: FOR_EVER }).run(args).then(ended);
    await vi.advanceTimersByTimeAsync(ms - 1);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await running;
    expect(ended.mock.calls[0]?.[0]).toMatchObject({ exitCode: code });
  });
});
