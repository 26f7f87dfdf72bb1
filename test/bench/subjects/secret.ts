import { hash, randomBytes } from "node:crypto";
import { sha256Hex } from "../../../src/secret/digest.ts";
import { equalInConstantTime } from "../../../src/secret/equal.ts";
import { generateSecret } from "../../../src/secret/generate.ts";
import { knownPrefix, parseSecret } from "../../../src/secret/parse.ts";
import { costTable } from "../cost-table.ts";
import { compare, type Loop } from "../measure.ts";
import { loadPrefixedApiKey } from "../peers/prefixed-api-key.ts";
import { createSecrets, PREFIX } from "../samples.ts";
import type { Subject } from "../subject.ts";

const SECRETS = createSecrets(1000);
const HASHES = SECRETS.map(sha256Hex);

/** From the sources, as the package keeps its secrets' functions to itself. */
export const subject: Subject = costTable({
  title:
    "a secret alone, nothing stored: make it and hash it; check its shape, hash it, compare the hash",
  floor:
    "make: 24 bytes of randomBytes as text, one native SHA-256; check: one native SHA-256, ===",
  unit: "ns",
  per: "call",
  cases: [
    { name: "tokenry, make", measure: () => compare(makeFloor, make) },
    {
      name: "prefixed-api-key 1.1.1, make",
      isPeer: true,
      measure: async () => compare(makeFloor, await makePrefixed()),
    },
    { name: "tokenry, check", measure: () => compare(checkFloor, check) },
    {
      name: "prefixed-api-key 1.1.1, check",
      isPeer: true,
      measure: async () => compare(checkFloor, await checkPrefixed()),
    },
  ],
});

/** Kept, so that the engine leaves out no call as one that nobody needs. */
const made = { last: "" };

async function makeFloor(calls: number): Promise<void> {
  for (let call = 0; call < calls; call++)
    made.last = hash("sha256", randomBytes(24).toString("base64url"), "hex");
}

async function make(calls: number): Promise<void> {
  for (let call = 0; call < calls; call++) made.last = sha256Hex(generateSecret(PREFIX));
}

async function makePrefixed(): Promise<Loop> {
  const { generateAPIKey } = await loadPrefixedApiKey();
  return async (calls) => {
    for (let call = 0; call < calls; call++)
      made.last = (await generateAPIKey({ keyPrefix: PREFIX })).longTokenHash;
  };
}

async function checkFloor(calls: number): Promise<void> {
  for (let call = 0; call < calls; call++) {
    const index = call % SECRETS.length;
    const isSame = hash("sha256", SECRETS[index] ?? "", "hex") === HASHES[index];
    if (!isSame) throw new Error("the floor refused a sample secret");
  }
}

async function check(calls: number): Promise<void> {
  const prefixes = [knownPrefix("service", PREFIX)];
  for (let call = 0; call < calls; call++) {
    const index = call % SECRETS.length;
    const secret = SECRETS[index] ?? "";
    const isSame =
      parseSecret(secret, prefixes) !== undefined &&
      equalInConstantTime(sha256Hex(secret), HASHES[index] ?? "");
    if (!isSame) throw new Error("tokenry refused a sample secret");
  }
}

async function checkPrefixed(): Promise<Loop> {
  const { checkAPIKey, generateAPIKey } = await loadPrefixedApiKey();
  const keys = await Promise.all(SECRETS.map(() => generateAPIKey({ keyPrefix: "bench" })));
  return async (calls) => {
    for (let call = 0; call < calls; call++) {
      const key = keys[call % keys.length];
      if (key === undefined || !checkAPIKey(key.token, key.longTokenHash))
        throw new Error("prefixed-api-key refused a sample key");
    }
  };
}
