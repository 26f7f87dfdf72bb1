import { describe, expect, test } from "vitest";
import { manySliding, memoryRepository, Secret, SYSTEM, singleFixed } from "../../src/index.ts";
import { advanceChecksum, CHECKSUM_START, finishChecksum } from "../../src/secret/checksum.ts";
import { ADA } from "../support/directory.ts";
import { watchedRepository } from "../support/repository-proxies.ts";
import { createWorld } from "../support/world.ts";
import { isQuick } from "./quick.ts";

const CHECKSUM = 6;
const MEBIBYTE = 1024 * 1024;

const { repository, calls } = watchedRepository(memoryRepository());
const world = createWorld({
  kinds: {
    personal: singleFixed({ prefix: "acme_pat", formerPrefixes: ["old_pat"] }),
    service: manySliding({ prefix: "acme_svc" }),
  },
  repository,
});
const issued = await world.tokens.issue({ kind: "personal", owner: ADA, actor: SYSTEM, name: "x" });
const secret = issued.secret.reveal();
const body = secret.slice("acme_pat_".length, -CHECKSUM);

/** A text with the right checksum, as anyone can make one (TV-12). */
function checksummed(text: string): string {
  return text + finishChecksum(advanceChecksum(CHECKSUM_START, text, 0, text.length));
}

/** Any other character of the alphabet. */
function other(character: string): string {
  return character === "x" ? "y" : "x";
}

function changedAt(index: number, by: (character: string) => string): string {
  return secret.slice(0, index) + by(secret.charAt(index)) + secret.slice(index + 1);
}

/** Asserts a refusal, at once, that cost no look-up unless told. */
async function expectRefused(presented: unknown, code: string, lookUps = 0): Promise<void> {
  let verdict = "";
  const wasQuick = await isQuick(async () => {
    calls.length = 0;
    world.directory.asked.length = 0;
    // A cast, as what is presented is wrong by intent.
    verdict = await world.codeOf(presented as string);
  });
  expect(wasQuick).toBe(true);
  expect(verdict).toBe(code);
  expect(calls).toHaveLength(lookUps);
  expect(world.directory.asked).toEqual([]);
}

test("the secret itself is accepted, as text and as a Secret", async () => {
  expect(await world.codeOf(secret)).toBe("ok");
  expect(await world.codeOf(issued.secret)).toBe("ok");
});

describe("malformed, without any look-up", () => {
  test("each character changed", async () => {
    for (let index = 0; index < secret.length; index++) {
      for (const by of [other, () => "-", () => "é", () => "\u0000", () => "\ud800"]) {
        await expectRefused(changedAt(index, by), "malformed_token");
      }
    }
  });

  test("each two neighbours swapped", async () => {
    for (let index = 0; index + 1 < secret.length; index++) {
      const [first, second] = [secret.charAt(index), secret.charAt(index + 1)];
      const swapped = secret.slice(0, index) + second + first + secret.slice(index + 2);
      if (swapped !== secret) await expectRefused(swapped, "malformed_token");
    }
  });

  test("each character left out, and each doubled", async () => {
    for (let index = 0; index < secret.length; index++) {
      await expectRefused(
        changedAt(index, () => ""),
        "malformed_token",
      );
      await expectRefused(
        changedAt(index, (character) => character.repeat(2)),
        "malformed_token",
      );
    }
  });

  test.each([
    ["T-13 an unknown prefix with its right checksum", checksummed(`acme_xyz_${body}`)],
    ["a shorter prefix with its right checksum", checksummed(`acme_${body}`)],
    ["no prefix, with the right checksum", checksummed(`_${body}`)],
    ["a prefix that all objects have", checksummed(`__proto___${body}`)],
    ["a prefix in capitals, with its right checksum", checksummed(`ACME_PAT_${body}`)],
    ["T-14 a longer body with its right checksum", checksummed(`acme_pat_${body}0`)],
    ["a shorter body with its right checksum", checksummed(`acme_pat_${body.slice(1)}`)],
    [
      "another secret's checksum",
      secret.slice(0, -CHECKSUM) + checksummed("acme_pat_").slice(-CHECKSUM),
    ],
    ["a checksum beyond 32 bits", `${secret.slice(0, -CHECKSUM)}zzzzzz`],
    ["the prefix only", "acme_pat_"],
    ["the prefix without its underscore", "acme_pat"],
    ["the hint", issued.token.hint],
    ["the id", issued.token.id],
    ["all in capitals", secret.toUpperCase()],
    ["a blank before", ` ${secret}`],
    ["a blank after", `${secret} `],
    ["a line after", `${secret}\n`],
    ["a NUL after", `${secret}\u0000`],
    ["a byte order mark before", `\ufeff${secret}`],
    ["a blank of no width within", `${secret.slice(0, 20)}\u200b${secret.slice(20)}`],
    ["marks of direction around", `\u202e${secret}\u202c`],
    ["in quotes", `"${secret}"`],
    ["twice", secret + secret],
    ["two, with a comma", `${secret},${secret}`],
    ["DEC-08 the form secret-token:", `secret-token:${secret}`],
    ["with its scheme", `Bearer ${secret}`],
    [
      "full-width letters",
      secret.replace(/[a-z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)),
    ],
    ["a letter that becomes two in capitals", `${secret.slice(0, -1)}ß`],
    ["half a surrogate pair", "\ud800"],
    ["ten mebibytes", "x".repeat(10 * MEBIBYTE)],
    ["ten mebibytes after the prefix", `acme_pat_${"x".repeat(10 * MEBIBYTE)}`],
    ["ten mebibytes of secrets", secret.repeat((10 * MEBIBYTE) / secret.length)],
    ["a boxed text", new String(secret)],
    ["an array", [secret]],
    ["bytes", new TextEncoder().encode(secret)],
    ["what makes a text of itself", { toString: () => secret }],
    ["what reveals one", { reveal: () => secret }],
    ["what looks like a Secret", Object.create(Secret.prototype)],
    ["a proxy of a Secret", new Proxy(issued.secret, {})],
    ["a number", 0],
    ["false", false],
  ])("%s", async (_label, presented) => {
    await expectRefused(presented, "malformed_token");
  });
});

test.each([
  ["undefined", undefined],
  ["null", null],
  ["an empty text", ""],
])("missing: %s", async (_label, presented) => {
  await expectRefused(presented, "missing_token");
});

describe("unknown, with one look-up, where the shape is right", () => {
  test.each([
    ["the former prefix over the same characters", checksummed(`old_pat_${body}`)],
    ["another kind's prefix over the same characters", checksummed(`acme_svc_${body}`)],
    ["TV-12 made up, with its right checksum", checksummed(`acme_pat_${"0".repeat(32)}`)],
    [
      "one character and the checksum changed",
      checksummed(`acme_pat_${other(body.charAt(0))}${body.slice(1)}`),
    ],
  ])("%s", async (_label, presented) => {
    await expectRefused(presented, "unknown_token", 1);
  });
});

const report = { source: "our scanner", url: "https://paste.example/1" };

describe.each([
  {
    name: "revokeCurrent",
    end: (text: string) => world.tokens.revokeCurrent(text),
    nothing: { revoked: 0 },
  },
  {
    name: "reportLeak",
    end: (text: string) => world.tokens.reportLeak(text, report),
    nothing: { known: false, revoked: false },
  },
])("$name", ({ end, nothing }) => {
  test.each([
    ["an empty text", ""],
    ["a blank before", ` ${secret}`],
    ["another kind's prefix", checksummed(`acme_svc_${body}`)],
    ["the former prefix", checksummed(`old_pat_${body}`)],
    ["in quotes", `"${secret}"`],
    ["ten mebibytes", "x".repeat(10 * MEBIBYTE)],
    ["ten mebibytes of secrets", secret.repeat((10 * MEBIBYTE) / secret.length)],
  ])("ends nothing by a text that is no secret: %s", async (_label, text) => {
    const before = (await world.trail()).length;
    let answer: unknown;
    const wasQuick = await isQuick(async () => {
      answer = await end(text);
    });
    expect({ answer, wasQuick }).toEqual({ answer: nothing, wasQuick: true });
    expect(await world.trail()).toHaveLength(before);
    expect(await world.codeOf(secret)).toBe("ok");
  });

  test.each([
    ["an array", [secret]],
    ["a boxed text", new String(secret)],
    ["what looks like a Secret", Object.create(Secret.prototype)],
    ["a proxy of a Secret", new Proxy(issued.secret, {})],
    ["nothing", undefined],
  ])("takes nothing but text and Secrets: not %s", async (_label, value) => {
    await expect(end(value as string)).rejects.toThrow(new TypeError("secret must be a string"));
    expect(await world.codeOf(secret)).toBe("ok");
  });
});
