import assert from "node:assert/strict";
import type { Issued } from "tokenry";
import { assertAlike } from "../client.ts";
import type { Scene } from "./scene.ts";

export async function replace(
  { tell, host, call, refusals }: Scene,
  issued: Issued,
): Promise<Issued> {
  const { secret, token } = issued;
  const second = await tell.step(
    "Ada regenerates it",
    "A new secret in the same token: its id, name, access, network and budget stay.",
    async () => {
      const made = await host.tokens.regenerate({ tokenId: token.id, actor: "ada" });
      assert.equal(made.token.id, token.id);
      return made;
    },
  );
  await tell.step("The old secret, then the new one", "The old one was dead at once.", async () => {
    refusals.push(await call({ secret, expected: 401 }));
    await call({ secret: second.secret, expected: 200 });
  });
  return second;
}

export async function end({ tell, host, call, refusals }: Scene, issued: Issued): Promise<void> {
  const { secret, token } = issued;
  await tell.step(
    "Ada is deactivated, and comes back",
    "Her tokens stop at once. They are there still, and work again when she does.",
    async () => {
      host.users.change("ada", { active: false });
      await host.tokens.ownerChanged("ada");
      refusals.push(await call({ secret, expected: 401 }));
      host.users.change("ada", { active: true });
      await host.tokens.ownerChanged("ada");
      await call({ secret, expected: 200 });
    },
  );
  await tell.step(
    "Ada revokes the token",
    "For good. Mistyped, replaced, of an inactive owner, revoked: the four refusals are the same, byte for byte.",
    async () => {
      await host.tokens.revoke({ tokenId: token.id, actor: "ada", reason: "laptop stolen" });
      refusals.push(await call({ secret, expected: 401 }));
      assert.equal(refusals.length, 4);
      assertAlike(refusals);
    },
  );
  await tell.step(
    "What remains is the audit trail, newest first",
    "Every change was committed together with its event, and calls that were refused for a reason are there too. No event holds a secret or a hash.",
    async () => {
      const { events } = await host.tokens.events({ account: "acme", actor: "mia" });
      const types = new Set(events.map(({ type }) => type));
      assert.deepEqual(
        [...types],
        [
          ...["token.revoked", "owner.refused", "token.regenerated", "token.updated"],
          ...["network.refused", "token.issued"],
        ],
      );
    },
  );
}
