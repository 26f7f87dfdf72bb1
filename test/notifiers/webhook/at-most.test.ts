import { expect, test } from "vitest";
import { atMost } from "../../../src/notifiers/webhook/at-most.ts";

test("runs so many at once, the others in their order, also after failures", async () => {
  let running = 0;
  let most = 0;
  const begun: number[] = [];
  const work = atMost(2, async (question: number) => {
    begun.push(question);
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running -= 1;
    if (question % 3 === 0) throw new Error("no");
    return question * 2;
  });
  const answers = await Promise.allSettled(Array.from({ length: 9 }, (_, index) => work(index)));
  expect(most).toBe(2);
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(
    answers.map((answer) => (answer.status === "fulfilled" ? answer.value : "failed")),
  ).toEqual(["failed", 2, 4, "failed", 8, 10, "failed", 14, 16]);
  expect(await work(1)).toBe(2);
});
