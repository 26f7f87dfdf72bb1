import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createKeyring, type Keyring } from "../../src/secret/keyring.ts";
import { isRotationCode, rotationCode, rotationCodeId } from "../../src/secret/rotation-code.ts";

const present = { id: "2026-11", key: "the pepper of this month" };
const former = { id: "2026-05", key: "the pepper of half a year ago" };
const id = "01a3185c-5000-7abc-89de-0123456789ab";
const otherId = "01a3185c-5000-7abc-89de-0123456789ac";
const pending = { id, pepper: present.id, expiresAt: 1_800_003_600_000 };

/** HMAC-SHA-256 of what the code stands for, by node:crypto. */
const proof = createHmac("sha256", present.key)
  .update(`tokenry rotation ${id} 1800003600000`)
  .digest("hex");
const code = `${id}_${proof}`;

function keyring(): Keyring {
  return createKeyring([present, former]);
}

describe("a rotation code", () => {
  test("EDG-12 names its request and proves it with 256 bits under its pepper", () => {
    expect(rotationCode(keyring(), pending)).toBe(code);
    expect(rotationCodeId(code)).toBe(pending.id);
  });

  test("is the same each time it is derived, and is that of its request", () => {
    expect(rotationCode(keyring(), { ...pending })).toBe(code);
    expect(isRotationCode(keyring(), pending, code)).toBe(true);
  });

  test("holds under a former pepper that is still configured", () => {
    const older = { ...pending, pepper: former.id };
    const olderCode = rotationCode(keyring(), older) ?? "";
    expect(olderCode).not.toBe(code);
    expect(isRotationCode(keyring(), older, olderCode)).toBe(true);
    expect(isRotationCode(keyring(), older, code)).toBe(false);
  });

  test("CORE-07 there is none once the pepper of the request is gone", () => {
    const later = createKeyring([{ id: "2027-05", key: "the pepper of next year" }]);
    expect(rotationCode(later, pending)).toBeUndefined();
    expect(isRotationCode(later, pending, code)).toBe(false);
    expect(rotationCode(createKeyring([]), { ...pending, pepper: null })).toBeUndefined();
  });

  test.each([
    ["another request", { ...pending, id: otherId }],
    ["another end", { ...pending, expiresAt: pending.expiresAt + 1 }],
    ["no end", { ...pending, expiresAt: null }],
  ])("is not that of %s", (_, other) => {
    expect(isRotationCode(keyring(), other, code)).toBe(false);
  });

  test("the proof of one request under the id of another is refused", () => {
    const other = { ...pending, id: otherId };
    expect(isRotationCode(keyring(), other, code.replace(pending.id, other.id))).toBe(false);
  });

  test("under the same name, another key gives another code", () => {
    const impostor = createKeyring([{ id: present.id, key: "another key of 16 bytes" }]);
    expect(isRotationCode(impostor, pending, code)).toBe(false);
  });

  test("any single bit changed makes it wrong", () => {
    for (let place = 0; place < code.length; place++) {
      for (let bit = 0; bit < 7; bit++) {
        const character = String.fromCharCode(code.charCodeAt(place) ^ (1 << bit));
        const changed = code.slice(0, place) + character + code.slice(place + 1);
        expect(isRotationCode(keyring(), pending, changed)).toBe(false);
      }
    }
  });

  test.each(["", code.slice(0, -1), `${code}0`, code.toUpperCase(), ` ${code}`, "_"])(
    "%j is none",
    (text) => {
      expect(isRotationCode(keyring(), pending, text)).toBe(false);
    },
  );
});

describe("rotationCodeId", () => {
  test.each([
    ["nothing", ""],
    ["an id alone", pending.id],
    ["a shorter proof", code.slice(0, -1)],
    ["a longer proof", `${code}0`],
    ["a proof in capitals", `${pending.id}_${"A".repeat(64)}`],
    ["no hexadecimal proof", `${pending.id}_${"g".repeat(64)}`],
    ["a shorter id", code.slice(1)],
    ["a longer id", `0${code}`],
    ["a dash for the underscore", code.replace("_", "-")],
    ["a line break after", `${code}\n`],
    ["a very long text", `${code}${"0".repeat(100_000)}`],
  ])("%s is no code and names none", (_, text) => {
    expect(rotationCodeId(text)).toBeUndefined();
  });
});
