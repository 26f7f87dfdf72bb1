import { describe, expect, test } from "vitest";
import { generateSecret } from "../../src/secret/generate.ts";
import { scanPattern } from "../../src/secret/scan-pattern.ts";

const secret = generateSecret("acme_pat");
const pattern = scanPattern({ prefix: "acme_pat" });

function found(text: string, by: RegExp = pattern): string[] {
  return [...text.matchAll(by)].map(([match]) => match);
}

describe("scanPattern", () => {
  test.each([
    ["the text alone", secret],
    ["a header", `Authorization: Bearer ${secret}\r\n`],
    ["JSON", `{"token":"${secret}"}`],
    ["a URL", `https://example.com/?token=${secret}&page=1`],
    ["an assignment", `TOKEN=${secret}`],
    ["a longer path", `/${secret}/`],
    ["accents around it", `é${secret}é`],
    ["a sentence", `It is ${secret}.`],
  ])("IND-40 finds a secret in %s", (_, text) => {
    expect(found(text)).toStrictEqual([secret]);
  });

  test("finds each of several, one behind the other", () => {
    const other = generateSecret("acme_pat");
    expect(found(`${secret} ${other}\n${secret},${other}`)).toStrictEqual([
      secret,
      other,
      secret,
      other,
    ]);
  });

  test.each([
    ["letters before", `x${secret}`],
    ["capitals before", `X${secret}`],
    ["digits before", `9${secret}`],
    ["an underscore before: the end of another prefix", `my_${secret}`],
    ["letters after", `${secret}x`],
    ["capitals after", `${secret}X`],
    ["digits after", `${secret}9`],
  ])("does not find it inside a longer word: %s", (_, text) => {
    expect(found(text)).toStrictEqual([]);
  });

  test.each([
    ["a body that is too short", secret.slice(0, -1)],
    ["another prefix", generateSecret("acme_svc")],
    ["capitals in the prefix", secret.replace("acme", "ACME")],
    ["a dash in the body", secret.replace(/.$/, "-")],
    ["no underscore", secret.replace("pat_", "pat")],
  ])("does not find %s", (_, text) => {
    expect(found(text)).toStrictEqual([]);
  });

  test("finds former prefixes as well as the present one, where one is the start of another too", () => {
    const by = scanPattern({ prefix: "acme", formerPrefixes: ["acme_pat", "old"] });
    const secrets = ["acme", "acme_pat", "old"].map(generateSecret);
    expect(found(secrets.join(" "), by)).toStrictEqual(secrets);
    expect(found(generateSecret("pat"), by)).toStrictEqual([]);
    expect(found(secret, scanPattern({ prefix: "acme", formerPrefixes: [] }))).toStrictEqual([]);
  });
});
