import type { Session } from "./session.ts";
import { obeysEscapes } from "./terminal.ts";

const WIDTH = 20;
const MARK = "===";
const EVERY_MS = 100;

/**
 * Shows that a work goes on, as long as it takes, where there is a terminal to show it on. What there is to do is not known before it is
 * done: the bar moves to and fro and tells the seconds, or what `count` tells.
 */
export async function withProgress<Result>(
  { terminal, isJson }: Session,
  title: string,
  work: Promise<Result>,
  count?: () => number,
): Promise<Result> {
  const { err } = terminal;
  if (!obeysEscapes(terminal, err) || isJson) return work;
  const began = terminal.now();
  let step = 0;
  const draw = (): void => {
    const seconds = Math.max(0, Math.floor((terminal.now() - began) / 1000));
    const told = count === undefined ? `${seconds} s` : count().toLocaleString("en");
    err.write(`\r\u001b[K${title} [${bar(step)}] ${told}`).catch(() => {});
    step += 1;
  };
  draw();
  const timer = setInterval(draw, EVERY_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    await err.write("\r\u001b[K");
  }
}

/** A mark that goes from one end to the other and back. */
function bar(step: number): string {
  const room = WIDTH - MARK.length;
  const place = step % (2 * room);
  const before = place <= room ? place : 2 * room - place;
  return " ".repeat(before) + MARK + " ".repeat(room - before);
}
