import { createLocalJWKSet, jwtVerify, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { storedKeys } from "../../../src/oauth/keys/stored-keys.ts";
import type { StoredSigningKeys } from "../../../src/oauth/keys/stored-signing-keys.ts";
import { jitter } from "../../../src/testing/repository/samples.ts";
import { movableClock } from "../../support/clock.ts";
import { encryptionKey, TestStore } from "./samples.ts";

function createNodes(count: number) {
  const [store, clock] = [new TestStore(), movableClock()];
  store.delay = jitter;
  const nodes = Array.from({ length: count }, () =>
    storedKeys({ store, clock, algorithm: "EdDSA", encryptionKeys: [encryptionKey("a")] }),
  );
  return { store, clock, nodes };
}

async function onEach<Value>(
  nodes: readonly StoredSigningKeys[],
  work: (node: StoredSigningKeys, index: number) => Promise<Value>,
): Promise<Value[]> {
  return Promise.all(
    nodes.map(async (node, index) => {
      await jitter();
      return work(node, index);
    }),
  );
}

describe("eight nodes at once", () => {
  it("that use an empty store agree on one set of keys", async () => {
    for (let round = 0; round < 5; round += 1) {
      const { store, nodes } = createNodes(8);
      const published = await onEach(nodes, (node) => node.published());
      const signing = await onEach(nodes, (node) => node.current());
      expect(new Set(published.map((each) => JSON.stringify(each))).size).toBe(1);
      expect(new Set(signing.map(({ kid }) => kid)).size).toBe(1);
      expect(store.writes).toBe(1);
    }
  });

  it("that maintain rotate once, and remove once", async () => {
    const { store, clock, nodes } = createNodes(8);
    await nodes[0]?.current();
    clock.pass({ days: 90 });
    const rotated = await onEach(nodes, (node) => node.maintain());
    expect(rotated.filter((result) => result.rotated)).toHaveLength(1);
    clock.pass({ days: 2 });
    const removed = await onEach(nodes, (node) => node.maintain());
    expect(removed.map((result) => result.removed).sort()).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
    expect(store.writes).toBe(3);
  });

  it("whatever they do for a year, what one signs another verifies as long as it lives", async () => {
    const { clock, nodes } = createNodes(4);
    const tokens: { readonly jwt: string; readonly until: number }[] = [];
    for (let day = 0; day < 365; day += 5) {
      await onEach(nodes, async (node, index) => {
        const { kid, privateKey } = await node.current();
        const jwt = await new SignJWT({})
          .setProtectedHeader({ alg: "EdDSA", kid })
          .sign(privateKey);
        tokens.push({ jwt, until: clock.now() + 86_400_000 });
        if (index === day % 20) await node.rotate();
        if (index === day % 7) await node.maintain();
      });
      clock.pass({ hours: 23 });
      await onEach(nodes, async (node) => {
        const keySet = createLocalJWKSet({ keys: [...(await node.published()).keys] });
        for (const { jwt, until } of tokens) if (clock.now() < until) await jwtVerify(jwt, keySet);
      });
      clock.pass({ days: 4, hours: 1 });
    }
  });
});
