import { describe, expect, test } from "vitest";
import { scanPattern } from "../../src/secret/scan-pattern.ts";

const secret = "acme_pat_0123456789ABCDEFGHIJKLMNOPQRSTUV1V3Feb";

/** What the pattern of a kind finds in a text. */
function found(
  text: string,
  kind: Parameters<typeof scanPattern>[0] = { prefix: "acme_pat" },
): string[] {
  return [...text.matchAll(scanPattern(kind))].map(([match]) => match);
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
    const other = "acme_pat_abcdefghijklmnopqrstuvwxyz01234522e20U";
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
    ["another prefix", secret.replace("pat", "svc")],
    ["capitals in the prefix", secret.replace("acme", "ACME")],
    ["a dash in the body", secret.replace(/.$/, "-")],
    ["no underscore", secret.replace("pat_", "pat")],
  ])("does not find %s", (_, text) => {
    expect(found(text)).toStrictEqual([]);
  });

  test("finds former prefixes as well, where one is the start of another too", () => {
    const kind = { prefix: "acme", formerPrefixes: ["acme_pat", "old"] };
    const secrets = ["acme", "acme_pat", "old"].map((prefix) => secret.replace("acme_pat", prefix));
    expect(found(secrets.join(" "), kind)).toStrictEqual(secrets);
    expect(found(secret.replace("acme_pat", "pat"), kind)).toStrictEqual([]);
    expect(found(secret, { prefix: "acme", formerPrefixes: [] })).toStrictEqual([]);
  });

  test("is such as scanners take: nothing in it but its prefixes varies", () => {
    expect(scanPattern({ prefix: "acme_pat" }).source).toBe(
      "(?<![0-9A-Za-z_])(?:acme_pat)_[0-9A-Za-z]{38}(?![0-9A-Za-z])",
    );
    expect(scanPattern({ prefix: "acme", formerPrefixes: ["a1", "b2"] }).source).toContain(
      "(?:acme|a1|b2)_",
    );
  });
});
