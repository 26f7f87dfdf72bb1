import { execFileSync } from "node:child_process";
import { createPublicKey, type JsonWebKey } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createVerifier } from "fast-jwt";
import jsonwebtoken from "jsonwebtoken";
import { describe, expect, test } from "vitest";
import { requireBinary } from "../../servers/binaries.ts";
import { describeWithBinary } from "../../servers/shared.ts";
import { openSite } from "./site.ts";

/** An access token of a server that signs so, its one public key, and what both are for. */
async function exchanged(algorithm: "RS256" | "ES256" | "EdDSA") {
  await using site = await openSite({ algorithm });
  const { secret } = await site.issue("ada");
  const body = new URLSearchParams({
    ...{ grant_type: "refresh_token", refresh_token: secret, client_id: "cli" },
  });
  const response = await fetch(`${site.issuer}/token`, { method: "POST", body });
  // A cast: the test fails on anything else.
  const { access_token: token } = (await response.json()) as { access_token: string };
  const { keys } = await site.keys();
  const { kid } = JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString());
  const jwk = keys.find((key) => key.kid === kid) as JsonWebKey;
  const pem = createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "pem" });
  return { token, pem: `${pem}`, issuer: site.issuer, audience: site.resource };
}

describe.each(["RS256", "ES256", "EdDSA"] as const)(
  "an access token by %s verifies",
  (algorithm) => {
    test("with fast-jwt", async () => {
      const { token, pem, issuer, audience } = await exchanged(algorithm);
      const verify = createVerifier({
        ...{ key: pem, algorithms: [algorithm], allowedIss: issuer, allowedAud: audience },
        checkTyp: "at+jwt",
      });
      expect(verify(token)).toMatchObject({ sub: "ada", scope: "orders:full" });
      expect(() => verify(`${token.slice(0, -8)}AAAAAAAA`)).toThrow();
    });

    describeWithBinary("openssl", "on the command line", () => {
      test("with OpenSSL", async () => {
        const { token, pem } = await exchanged(algorithm);
        expect(verifiedByOpenssl(token, pem, algorithm)).toMatch(
          /Verified OK|Verified Successfully/,
        );
        expect(() => verifiedByOpenssl(`a${token}`, pem, algorithm)).toThrow();
      });
    });
  },
);

// It knows no EdDSA.
test.each(["RS256", "ES256"] as const)(
  "an access token by %s verifies with jsonwebtoken",
  async (algorithm) => {
    const { token, pem, issuer, audience } = await exchanged(algorithm);
    const options = { algorithms: [algorithm], issuer, audience };
    expect(jsonwebtoken.verify(token, pem, options)).toMatchObject({ sub: "ada" });
  },
);

function verifiedByOpenssl(token: string, pem: string, algorithm: string): string {
  const folder = mkdtempSync(join(tmpdir(), "tokenry-openssl-"));
  try {
    const end = token.lastIndexOf(".");
    const raw = Buffer.from(token.slice(end + 1), "base64url");
    const [data, key, signature] = ["data", "key.pem", "signature"].map((name) =>
      join(folder, name),
    );
    writeFileSync(data ?? "", token.slice(0, end));
    writeFileSync(key ?? "", pem);
    writeFileSync(signature ?? "", algorithm === "ES256" ? derOf(raw) : raw);
    const files = ["-sigfile", signature ?? "", "-pubin", "-inkey", key ?? "", "-in", data ?? ""];
    // EdDSA signs the message itself; the others its digest.
    const digest = algorithm === "EdDSA" ? [] : ["-digest", "sha256"];
    const run = ["pkeyutl", "-verify", "-rawin", ...digest, ...files];
    return execFileSync(requireBinary("openssl"), run, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** JWS has the two numbers of an ECDSA signature side by side (RFC 7518 section 3.4), OpenSSL in DER. */
function derOf(raw: Buffer): Buffer {
  const numbers = [raw.subarray(0, 32), raw.subarray(32)].map((number) => {
    let start = 0;
    while (start < 31 && number[start] === 0) start += 1;
    const digits = number.subarray(start);
    const positive = (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits;
    return Buffer.concat([Buffer.from([2, positive.length]), positive]);
  });
  const body = Buffer.concat(numbers);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}
