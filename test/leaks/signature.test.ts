import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { type PublicKey, readKeys } from "../../src/leaks/read-keys.ts";
import { halvesOf, isSignatureOf } from "../../src/leaks/signature.ts";
import { DOCUMENTED, MISSTATED } from "./documented.ts";
import { createSigner, listOf } from "./signer.ts";

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

async function keyOf(id: string, key: string): Promise<PublicKey> {
  const keys = await readKeys({ public_keys: [{ key_identifier: id, key }] });
  const found = keys.get(id);
  if (found === undefined) throw new Error("no key");
  return found;
}

describe("isSignatureOf", () => {
  test.each(DOCUMENTED)("IND-12: finds GitHub's own sample good, $id", async (sample) => {
    const key = await keyOf(sample.id, sample.key);
    expect(await isSignatureOf(utf8(sample.body), sample.signature, key)).toBe(true);
    // The same JSON, written in another way.
    const rewritten = JSON.stringify(JSON.parse(sample.body), null, 1);
    expect(await isSignatureOf(utf8(rewritten), sample.signature, key)).toBe(false);
    expect(await isSignatureOf(utf8(`${sample.body}\n`), sample.signature, key)).toBe(false);
  });

  test("refuses another key's", async () => {
    const [first, second] = DOCUMENTED;
    const key = await keyOf(second.id, second.key);
    expect(await isSignatureOf(utf8(first.body), first.signature, key)).toBe(false);
  });

  test("refuses what is no DER in its one form, as a sample of old is not", async () => {
    const [sample] = DOCUMENTED;
    const key = await keyOf(sample.id, sample.key);
    expect(MISSTATED.slice(4)).toBe(sample.signature.slice(4));
    expect(await isSignatureOf(utf8(sample.body), MISSTATED, key)).toBe(false);
  });

  const [sample] = DOCUMENTED;
  test.each([
    ["nothing", ""],
    ["a text around it", ` ${sample.signature}`],
    ["two", `${sample.signature}, ${sample.signature}`],
    ["no padding", sample.signature.replaceAll("=", "")],
    ["base64url", sample.signature.replaceAll("/", "_").replaceAll("+", "-")],
    ["bits that no byte has", sample.signature.replace("xg==", "xh==")],
    ["a line break", sample.signature.replace("IQDa", "IQ\nDa")],
    ["more than any signature has", "A".repeat(400_000)],
    ["hexadecimal", Buffer.from(sample.signature, "base64").toString("hex")],
  ])("refuses %s in place of strict base64", async (_name, text) => {
    const key = await keyOf(sample.id, sample.key);
    expect(await isSignatureOf(utf8(sample.body), text, key)).toBe(false);
  });

  describe("of a key made here", () => {
    const signer = createSigner();
    let key: PublicKey;
    beforeAll(async () => {
      const keys = await readKeys(listOf(signer));
      key = await keyOf(signer.id, signer.entry.key);
      expect(keys.size).toBe(1);
    });

    test("IND-12: finds every signature of node:crypto good, over any bytes", async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
          const body = Uint8Array.from(bytes);
          expect(await isSignatureOf(body, signer.sign(body), key)).toBe(true);
        }),
        { numRuns: 300 },
      );
    });

    test("IND-12: refuses a body or a signature of which any one bit is another", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.uint8Array({ minLength: 1, maxLength: 300 }),
          fc.nat(),
          fc.boolean(),
          async (bytes, place, isBody) => {
            const body = Uint8Array.from(bytes);
            const signature = Uint8Array.from(Buffer.from(signer.sign(body), "base64"));
            flip(isBody ? body : signature, place);
            const text = Buffer.from(signature).toString("base64");
            expect(await isSignatureOf(body, text, key)).toBe(false);
          },
        ),
        { numRuns: 500 },
      );
    });

    test("refuses a text of the signature of which any one bit is another", async () => {
      const body = utf8("[]");
      const text = signer.sign(body);
      for (let bit = 0; bit < 8 * text.length; bit += 1) {
        const bytes = utf8(text);
        flip(bytes, bit);
        const changed = String.fromCharCode(...bytes);
        expect(await isSignatureOf(body, changed, key), changed).toBe(false);
      }
    });
  });
});

function flip(bytes: Uint8Array, place: number): void {
  const bit = place % (8 * bytes.length);
  const index = Math.floor(bit / 8);
  bytes[index] = (bytes[index] ?? 0) ^ (1 << (bit % 8));
}

/** A positive integer as DER writes it. */
function integer(value: bigint): number[] {
  const hex = value.toString(16);
  const bytes = [...Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex")];
  const content = (bytes[0] ?? 0) >= 0x80 ? [0, ...bytes] : bytes;
  return [0x02, content.length, ...content];
}

function sequence(...parts: readonly number[][]): Uint8Array {
  const content = parts.flat();
  return Uint8Array.from([0x30, content.length, ...content]);
}

const number256 = fc.bigInt({ min: 1n, max: 2n ** 256n - 1n });
/** Of every length alike. */
const anyNumber = fc
  .tuple(number256, fc.integer({ min: 0, max: 255 }))
  .map(([value, shift]) => value >> BigInt(shift) || 1n);

describe("halvesOf", () => {
  test("puts both numbers side by side, each in 32 bytes", () => {
    fc.assert(
      fc.property(anyNumber, anyNumber, (first, second) => {
        const halves = halvesOf(sequence(integer(first), integer(second)));
        const expected = [first, second].map((value) => value.toString(16).padStart(64, "0"));
        expect(Buffer.from(halves ?? []).toString("hex")).toBe(expected.join(""));
      }),
    );
  });

  test.each([
    ["nothing", Uint8Array.of()],
    ["a head alone", Uint8Array.of(0x30, 0)],
    ["another kind of sequence", Uint8Array.from([0x31, 6, ...integer(1n), ...integer(1n)])],
    ["a length of two bytes", Uint8Array.from([0x30, 0x81, 6, ...integer(1n), ...integer(1n)])],
    ["a length that is more", Uint8Array.from([0x30, 7, ...integer(1n), ...integer(1n)])],
    ["a length that is less", Uint8Array.from([0x30, 5, ...integer(1n), ...integer(1n)])],
    ["one number", sequence(integer(1n))],
    ["three numbers", sequence(integer(1n), integer(1n), integer(1n))],
    ["a byte behind", Uint8Array.from([...sequence(integer(1n), integer(1n)), 0])],
    ["something behind the numbers", sequence(integer(1n), integer(1n), [0])],
    ["another type in the first place", sequence([0x03, 1, 1], integer(1n))],
    ["another type in the second place", sequence(integer(1n), [0x03, 1, 1])],
    ["zero", sequence([0x02, 1, 0], integer(1n))],
    ["a number without bytes", sequence([0x02, 0], integer(1n))],
    ["a negative number", sequence([0x02, 1, 0x80], integer(1n))],
    ["a zero too many", sequence([0x02, 2, 0, 1], integer(1n))],
    ["33 bytes", sequence(integer(2n ** 256n), integer(1n))],
    ["a number that ends outside", Uint8Array.from([0x30, 6, ...integer(1n), 0x02, 2, 1])],
  ])("refuses %s", (_name, der) => {
    expect(halvesOf(der)).toBeUndefined();
  });

  test("never throws, and takes no two texts for the same numbers", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (der) => {
        const halves = halvesOf(der);
        if (halves === undefined) return;
        const [first = "", second = ""] = Buffer.from(halves).toString("hex").match(/.{64}/g) ?? [];
        const again = sequence(integer(BigInt(`0x${first}`)), integer(BigInt(`0x${second}`)));
        expect([...der]).toEqual([...again]);
      }),
    );
  });
});
