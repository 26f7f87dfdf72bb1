import { TokenryError } from "../errors.ts";
import { addDuration } from "../lifecycle/duration.ts";
import { earlierExpiry } from "../lifecycle/expiry.ts";
import type { ResolvedKind } from "../lifecycle/kind.ts";
import { type Pair, pairOf } from "../lifecycle/rotation.ts";
import { BACKUP, PENDING, PRIMARY } from "../lifecycle/slots.ts";
import type { Actor } from "../model.ts";
import type { Change, StoredEvent, StoredToken } from "../ports/repository.ts";
import { generateId } from "../secret/generate.ts";
import { instant, publicToken } from "../state/public-token.ts";
import { type Authority, authorizeGiving } from "./authorize.ts";
import { type Attempt, commit, untilCommitted } from "./commit.ts";
import type { Context } from "./context.ts";
import { checkActor, checkId, checkKind, checkRequest } from "./input.ts";
import { expiredEvent } from "./issue.ts";
import { type Issued, newSecret } from "./new-secret.ts";
import { ownedTokens } from "./owned-tokens.ts";
import { recordEvent } from "./record-event.ts";

/** Whose pair to rotate. */
export interface RotateRequest<Kind extends string = string> {
  readonly owner: string;
  readonly kind: Kind;
  readonly actor: Actor;
}

/** A rotation that waits for its link to be followed: nothing has changed yet. */
export interface RotationPending {
  readonly pending: true;
  readonly expiresAt: Date;
}

/** One attempt's view: who acts, on which tokens, at what time. */
export interface Rotation {
  readonly kind: ResolvedKind;
  readonly actor: string;
  readonly now: number;
  readonly pair: Pair<StoredToken>;
}

/** Makes a new primary, or asks for the confirmation of one. See `Tokenry.rotate`. */
export async function rotate(
  context: Context,
  request: RotateRequest,
): Promise<Issued | RotationPending> {
  const { kind, owner, actor, account } = await authorizeRotation(context, request);
  if (kind.replacement !== "rotate") throw new TokenryError("replacement_not_allowed");
  await context.uses.flushSoon();
  return untilCommitted<Issued | RotationPending>(async () => {
    const now = context.now();
    const rotation = {
      kind,
      actor,
      now,
      pair: pairOf(await ownedTokens(context, owner, kind.name), now),
    };
    const { primary } = rotation.pair;
    // What belongs to another account does not exist (AP-1), also when its owner has left that account.
    if (primary === undefined || primary.account !== account)
      throw new TokenryError("not_found", {
        message: "The owner has no primary token. Issue one first.",
      });
    return kind.confirmRotation
      ? requestRotation(context, rotation, primary)
      : rotateNow(context, rotation, primary);
  });
}

/** Checks whose pair it is about, and that the actor may have it replaced now. */
export async function authorizeRotation(
  context: Context,
  request: RotateRequest,
): Promise<Authority & { readonly kind: ResolvedKind; readonly owner: string }> {
  checkRequest(request, ["owner", "kind", "actor"]);
  const kind = checkKind(context, request.kind);
  const owner = checkId(request.owner, "owner");
  const actor = checkActor(request.actor);
  const authority = await authorizeGiving(context, { deed: "replace", actor, owner, kind });
  return { ...authority, kind, owner };
}

/** A new record in the primary slot; the old primary becomes the backup, the old backup ends (EDG-09, DEC-07). */
async function rotateNow(
  context: Context,
  rotation: Rotation,
  primary: StoredToken,
): Promise<Attempt<Issued>> {
  const { kind, actor, now } = rotation;
  const { secret, columns } = newSecret(context, kind, now);
  const token: StoredToken = {
    ...primary,
    id: generateId(now),
    slot: PRIMARY,
    createdAt: now,
    createdBy: actor,
    lastUsedAt: null,
    version: 1,

    ...columns,
  };
  const data = { name: token.name, slot: PRIMARY, backup: primary.id };
  const committed = await commit(context, {
    ...demotion(rotation),
    insert: [token],
    events: [
      ...demotionEvents(context, rotation),
      recordEvent(context, "token.issued", token, { actor, now, data }),
    ],
  });
  return { committed, result: { secret, token: publicToken(token) } };
}

/** A record without a secret in the pending slot: it opens nothing, and replaces an older request (EDG-10, CORE-31). */
async function requestRotation(
  context: Context,
  rotation: Rotation,
  primary: StoredToken,
): Promise<Attempt<RotationPending>> {
  const { kind, actor, now, pair } = rotation;
  const expiresAt = addDuration(now, kind.confirmWithin);
  const pending: StoredToken = {
    ...primary,
    id: generateId(now),
    slot: PENDING,
    hash: null,
    hint: "",
    pepper: context.keyring.current,

    createdAt: now,
    createdBy: actor,
    updatedAt: now,
    secretCreatedAt: now,
    expiresAt,
    lastUsedAt: null,
    remindedFrom: null,
    version: 1,
  };
  const replaced = [pair.pending, ...pair.expired.filter((token) => token.slot === PENDING)].filter(
    (token) => token !== undefined,
  );
  const committed = await commit(context, {
    // The version guards against a confirmation meanwhile: what was waiting is the primary then.
    remove: replaced.map(({ id, version }) => ({ id, version })),
    // The primary's, against an end of all tokens meanwhile: what is asked for would outlive it.
    update: [{ id: primary.id, version: primary.version, set: {} }],
    insert: [pending],
    events: [
      recordEvent(context, "rotation.requested", pending, {
        actor,
        now,
        data: { name: primary.name, expiresAt },
      }),
    ],
  });
  return { committed, result: { pending: true, expiresAt: instant(expiresAt) } };
}

/** The steps that every rotation has: the backup and what has expired go, the primary steps down. */
export function demotion({ kind, now, pair }: Rotation): Pick<Change, "remove" | "update"> {
  const { primary, backup, expired } = pair;
  const remove = [
    ...(backup === undefined ? [] : [{ id: backup.id }]),
    ...expired.map(({ id, expiresAt }) => ({ id, expiresAt })),
  ];
  if (primary === undefined) return { remove };
  const ends = kind.backupFor === undefined ? null : addDuration(now, kind.backupFor);
  const set = { slot: BACKUP, updatedAt: now, expiresAt: earlierExpiry(primary.expiresAt, ends) };
  return { remove, update: [{ id: primary.id, version: primary.version, set }] };
}

/** The events of what {@link demotion} removes. */
export function demotionEvents(context: Context, { actor, now, pair }: Rotation): StoredEvent[] {
  const { backup, expired } = pair;
  const revoked =
    backup === undefined
      ? []
      : [
          recordEvent(context, "token.revoked", backup, {
            actor,
            now,
            data: { name: backup.name, reason: "rotated" },
          }),
        ];
  return [
    ...revoked,
    ...expired
      .filter((token) => token.slot !== PENDING)
      .map((token) => expiredEvent(context, token, now)),
  ];
}
