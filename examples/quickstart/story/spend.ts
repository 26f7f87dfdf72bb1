import assert from "node:assert/strict";
import type { Issued } from "tokenry";
import type { Scene } from "./scene.ts";

export async function spend({ tell, host, call }: Scene, { secret, token }: Issued): Promise<void> {
  await tell.step(
    "The budget runs out",
    "5 at once: 25 % of the API's 20 a minute, refilled evenly. The refusals before cost nothing, and so does this one.",
    async () => {
      for (let count = 2; count <= 5; count += 1) await call({ secret, expected: 200 });
      const { headers } = await call({ secret, expected: 429 });
      const wait = headers["retry-after"];
      assert.match(wait ?? "", /^([1-9]|1[0-2])$/);
      assert.equal(headers["ratelimit-policy"], '"token";q=5;w=60');
      assert.equal(headers.ratelimit, `"token";r=0;t=${wait}`);
    },
  );
  await tell.step(
    "Ada wants more; only those who manage tokens may give it",
    "A changed budget holds from the next call, and the secret stays.",
    async () => {
      const change = { tokenId: token.id, budgets: { orders: 100 } };
      await assert.rejects(host.tokens.update({ ...change, actor: "ada" }), { code: "forbidden" });
      await host.tokens.update({ ...change, actor: "mia" });
      await call({ secret, expected: 200 });
    },
  );
}
