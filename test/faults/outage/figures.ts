/** Prints what was measured where `TOKENRY_FIGURES` is 1: a line a fault. */
export function say(what: string, fault: string, figures: object): void {
  if (process.env.TOKENRY_FIGURES !== "1") return;
  const rounded = Object.entries(figures).map(([name, value]) => [name, round(value)]);
  process.stdout.write(`${what}: ${fault}: ${JSON.stringify(Object.fromEntries(rounded))}\n`);
}

function round(value: unknown): unknown {
  return typeof value === "number" ? Math.round(value * 1000) / 1000 : value;
}
