import { ourJose, tokenry, tokenryOauth } from "../built.ts";
import { costTable, type Row } from "../cost-table.ts";
import { formatTimes } from "../format.ts";
import { compare, type Loop } from "../measure.ts";
import { PREFIX } from "../samples.ts";
import type { Subject, Target } from "../subject.ts";

const {
  calculateJwkThumbprint,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
} = ourJose();

const ISSUER = "https://auth.example.com";
const AUDIENCE = "https://orders.example.com";
const ALGORITHMS = ["RS256", "ES256", "EdDSA"] as const;
type Algorithm = (typeof ALGORITHMS)[number];

/** Of the floor's time over the figure's: 1 is as fast, 2 twice as fast. */
function atLeastAsFast(least: number, claim: string): Target<Row> {
  const speed = ({ ratio }: Row): number => 1 / ratio.median;
  return {
    claim,
    figure: (row) => formatTimes(speed(row)),
    isMet: (row) => speed(row) >= least,
  };
}

export const subject: Subject = costTable({
  title: "access tokens",
  floor:
    "of a verification: jose's jwtVerify of the same token with the same key; of an exchange: the signature alone, by jose's SignJWT",
  unit: "ns",
  per: "call",
  cases: [
    ...ALGORITHMS.map((algorithm) => ({
      name: `verify offline, ${algorithm}`,
      measure: () => verify(algorithm, false),
      target: atLeastAsFast(
        0.95,
        `offline verification by ${algorithm}: at least 0.95 × jwtVerify`,
      ),
    })),
    ...ALGORITHMS.map((algorithm) => ({
      name: `verify remembered, ${algorithm}`,
      measure: () => verify(algorithm, { max: 1000 }),
      target: atLeastAsFast(20, `a remembered token by ${algorithm}: at least 20 × jwtVerify`),
    })),
    ...ALGORITHMS.map((algorithm) => ({
      name: `exchange, ${algorithm}`,
      measure: () => exchange(algorithm),
    })),
  ],
});

async function verify(algorithm: Algorithm, cache: { readonly max: number } | false): Promise<Row> {
  const { jwk, token } = await signed(algorithm);
  const keys = createLocalJWKSet({ keys: [jwk] });
  const verifier = tokenryOauth().accessTokenVerifier({
    ...{ issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [jwk] }, cache },
  });
  // With all that is asked of an access token, so that both do the same work.
  const rules = {
    ...{ issuer: ISSUER, audience: [AUDIENCE], algorithms: [...ALGORITHMS], typ: "at+jwt" },
    clockTolerance: 0,
  };
  const floor: Loop = async (calls) => {
    for (let call = 0; call < calls; call++)
      await jwtVerify(token, keys, { ...rules, currentDate: new Date() });
  };
  const loop: Loop = async (calls) => {
    for (let call = 0; call < calls; call++) {
      const verdict = await verifier.verify(token, { api: "orders", method: "GET" });
      if (!verdict.ok) throw new Error(verdict.code);
    }
  };
  return compare(floor, loop);
}

async function signed(algorithm: Algorithm) {
  const { publicKey, privateKey } = await generateKeyPair(algorithm);
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const budgets = { orders: [1_000_000_000, 1_000_000_000, 60_000] };
  const token = await new SignJWT({
    ...{ client_id: "cli", jti: crypto.randomUUID(), scope: "orders:read" },
    tokenry: {
      ...{ id: "tok_1", kind: "service", account: "acme", hint: `${PREFIX}_…abcd` },
      ...{ secretCreatedAt: Date.now(), budgets },
    },
  })
    .setProtectedHeader({ alg: algorithm, typ: "at+jwt", kid })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject("ada")
    .setIssuedAt()
    .setExpirationTime("1h")
    .sign(privateKey);
  return { jwk: { ...publicJwk, kid, alg: algorithm, use: "sig" }, token };
}

/** A whole exchange in the process: the request's form, every check of verify, the signature, the answer. */
async function exchange(algorithm: Algorithm): Promise<Row> {
  const { generateKeys, oauthServer, suppliedKeys } = tokenryOauth();
  const keys = suppliedKeys(await generateKeys({ algorithm }));
  const tokens = tokenry.createTokenry({
    kinds: { service: tokenry.manySliding({ prefix: PREFIX }) },
    apis: { orders: { limit: 1_000_000_000, window: { minutes: 1 } } },
    directory: { find: (id) => ({ id, account: "acme", active: true }) },
  });
  const server = oauthServer(tokens, { issuer: ISSUER, keys, resources: [AUDIENCE] });
  const { secret } = await tokens.issue({
    ...{ kind: "service", owner: "ada", actor: tokenry.SYSTEM, name: "bench" },
  });
  const body = new URLSearchParams({
    ...{ grant_type: "refresh_token", refresh_token: secret.reveal(), client_id: "cli" },
  });
  const { privateKey } = await keys.current();
  const floor: Loop = async (calls) => {
    for (let call = 0; call < calls; call++)
      await new SignJWT({ sub: "ada" }).setProtectedHeader({ alg: algorithm }).sign(privateKey);
  };
  const loop: Loop = async (calls) => {
    for (let call = 0; call < calls; call++) {
      const request = new Request(`${ISSUER}/token`, { method: "POST", body });
      const { status } = await server(request);
      if (status !== 200) throw new Error(`${status}`);
    }
  };
  return compare(floor, loop);
}
