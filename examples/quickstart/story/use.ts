import assert from "node:assert/strict";
import type { Issued } from "tokenry";
import { ELSEWHERE, HERE, hasAddress, mistyped } from "../client.ts";
import type { Scene } from "./scene.ts";

export async function use(
  { tell, host, call, refusals }: Scene,
  { secret, token }: Issued,
): Promise<void> {
  await tell.step("A program calls with it", "It passes.", () => call({ secret, expected: 200 }));
  await tell.step(
    "The same call from a network that the token does not allow",
    "Refused by the address of the connection.",
    async () => {
      if (await hasAddress(ELSEWHERE)) return call({ secret, from: ELSEWHERE, expected: 403 });
      // Where there is no second address to call from, as on macOS, the token is moved to another network, and back.
      const change = { tokenId: token.id, actor: "ada" };
      await host.tokens.update({ ...change, network: { include: [ELSEWHERE] } });
      await call({ secret, expected: 403 });
      return host.tokens.update({ ...change, network: { include: [HERE] } });
    },
  );
  await tell.step(
    "A method, then an API, without access",
    "The token reads orders, and no more.",
    async () => {
      await call({ method: "POST", secret, expected: 403 });
      await call({ path: "/invoices", secret, expected: 403 });
    },
  );
  await tell.step(
    "No token, and one with a typing error",
    "Both are challenged; the second is found out by its checksum, and nothing is read.",
    async () => {
      const missing = await call({ expected: 401 });
      const invalid = await call({ secret: mistyped(secret), expected: 401 });
      assert.equal(missing.headers["www-authenticate"], 'Bearer realm="shop"');
      assert.match(invalid.headers["www-authenticate"] ?? "", /error="invalid_token"/);
      refusals.push(invalid);
    },
  );
}
