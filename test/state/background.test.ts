import { expect, test } from "vitest";
import { createBackground } from "../../src/state/background.ts";

test("idle waits for all that runs, and for what that has started", async () => {
  const done: string[] = [];
  const background = createBackground(() => undefined);
  background.run(async () => {
    await Promise.resolve();
    background.run(async () => {
      await Promise.resolve();
      done.push("second");
    });
    done.push("first");
  });
  await background.idle();
  expect(done).toEqual(["first", "second"]);
});

test("a failure is reported and stops nothing", async () => {
  const reported: unknown[] = [];
  const background = createBackground((cause) => reported.push(cause));
  const failure = new Error("out of reach");
  background.run(async () => {
    throw failure;
  });
  let done = false;
  background.run(async () => {
    done = true;
  });
  await background.idle();
  expect([reported, done]).toEqual([[failure], true]);
});

test("with nothing to do it is idle at once", async () => {
  await createBackground(() => undefined).idle();
});
