// `npm run example -- express` starts examples/express, an app with two APIs, and prints what to try.
import { existsSync, readdirSync } from "node:fs";
import { resolve } from "node:path";

const [name = ""] = process.argv.slice(2);
const main = resolve("examples", name, "main.ts");
if (!/^[a-z]+$/.test(name) || !existsSync(main)) {
  const names = readdirSync("examples").filter((each) => /^[a-z]+$/.test(each));
  throw new Error(`say which example: ${names.join(", ")}`);
}
await import(main);
