import { unavailable } from "../errors.ts";
import { isExpired } from "../lifecycle/expiry.ts";
import type { FoundToken } from "../ports/repository.ts";
import { Secret } from "../secret/secret.ts";
import { type Attempt, commit, untilCommitted } from "./commit.ts";
import type { Context } from "./context.ts";
import { findBySecret } from "./find-by-secret.ts";
import { recordEvent } from "./record-event.ts";

/** Ends the token that a secret opens. See `Tokenry.revokeCurrent`. */
export async function revokeCurrent(
  context: Context,
  secret: string | Secret,
): Promise<{ readonly revoked: number }> {
  if (typeof secret !== "string" && !Secret.isSecret(secret))
    throw new TypeError("secret must be a string");
  await context.uses.flushSoon();
  return untilCommitted(async (): Promise<Attempt<{ readonly revoked: number }>> => {
    const now = context.now();
    const text = typeof secret === "string" ? secret : secret.reveal();
    const found = await lookUp(context, text);
    if (found === undefined || isExpired(found.token, now))
      return { committed: { ok: true }, result: { revoked: 0 } };
    const { token } = found;
    const event = recordEvent(context, "token.revoked", token, {
      actor: token.owner,
      now,
      data: { name: token.name, reason: "revoked by its own secret" },
    });
    // The version guards the secret: one regenerated meanwhile must not end by its predecessor's word.
    const remove = [{ id: token.id, version: token.version }];
    return {
      committed: await commit(context, { remove, events: [event] }),
      result: { revoked: 1 },
    };
  });
}

async function lookUp(context: Context, text: string): Promise<FoundToken | undefined> {
  try {
    return await findBySecret(context, text);
  } catch (cause) {
    throw unavailable(cause);
  }
}
