import { describe, expect, test } from "vitest";
import { type Actor, manySliding } from "../../src/index.ts";
import { ADA } from "../support/directory.ts";
import { createWorld, outcomeOf } from "../support/world.ts";

describe("OKT-04 the id of a token", () => {
  test("opens nothing and holds nothing of the secret", async () => {
    const world = createWorld();
    const { secret, token } = await world.issue();
    expect(await world.codeOf(token.id)).toBe("malformed_token");
    expect(await world.tokens.revokeCurrent(token.id)).toEqual({ revoked: 0 });
    expect(secret.reveal()).not.toContain(token.id.slice(-12));
  });

  test("differs from the id of the next token, and stays when the secret is replaced", async () => {
    const world = createWorld();
    const { token } = await world.issue({ kind: "application" });
    const other = await world.issue({ kind: "application" });
    const next = await world.tokens.regenerate({ tokenId: token.id, actor: "mia" });
    expect(other.token.id).not.toBe(token.id);
    expect(next.token.id).toBe(token.id);
  });
});

test("NIST-04 a pepper under 128 bits is refused", () => {
  const withKey = (key: string) => () => createWorld({ peppers: [{ id: "1", key }] });
  expect(withKey("a".repeat(15))).toThrow("peppers[0].key must be at least 16 bytes");
  expect(withKey("a".repeat(16))).not.toThrow();
});

test("AP-9, CRT-11 a secret of the test environment is none in production", async () => {
  const kindsOf = (prefix: string) => ({ kinds: { service: manySliding({ prefix }) } });
  const production = createWorld(kindsOf("acme_live"));
  const { secret } = await createWorld(kindsOf("acme_test")).issue();
  expect(await production.codeOf(secret)).toBe("malformed_token");
  const sameStore = { ...kindsOf("acme_test"), repository: production.repository };
  const strayed = await createWorld(sameStore).issue();
  expect(await production.codeOf(strayed.secret)).toBe("malformed_token");
});

test("OKT-11, AP-2, NIST-05 neither a secret nor a token's id is an actor", async () => {
  const world = createWorld();
  const { secret, token } = await world.issue();
  const asActor = (actor: unknown) => {
    const as = { actor: actor as Actor };
    const { issue, update, list } = world.tokens;
    return [
      outcomeOf(issue({ ...as, kind: "service", owner: ADA, name: "new" })),
      outcomeOf(update({ ...as, tokenId: token.id, name: "new" })),
      outcomeOf(list({ ...as, owner: ADA })),
    ];
  };
  for (const text of [secret.reveal(), token.id])
    expect(await Promise.all(asActor(text))).toEqual(["forbidden", "forbidden", "forbidden"]);
  for (const operation of asActor(secret)) await expect(operation).rejects.toThrow(TypeError);
});
