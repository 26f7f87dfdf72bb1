// `npm run example -- express` starts examples/express, an app with two APIs, and prints what to try. `npm run example` lists them all.
import { existsSync, readdirSync } from "node:fs";
import { resolve } from "node:path";

const [name = ""] = process.argv.slice(2);
const main = resolve("examples", name, "main.ts");
const NAME = /^[a-z]+(-[a-z]+)*$/;
if (!NAME.test(name) || !existsSync(main)) {
  const names = readdirSync("examples").filter((each) => NAME.test(each));
  process.stderr.write(`Say which example: npm run example -- NAME, of ${names.join(", ")}.\n`);
  process.exit(1);
}
// What follows the name is the example's.
process.argv.splice(1, 2, main);
await import(main);
