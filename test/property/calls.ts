import {
  type ConfirmRotationRequest,
  type DeprovisionRequest,
  type GetRequest,
  type Issued,
  type ListZonesRequest,
  type Owner,
  type PutZoneRequest,
  type RegenerateRequest,
  type RemindResult,
  type RemoveZoneRequest,
  type RevokedCount,
  type RevokeRequest,
  type SweepResult,
  type Token,
  TokenryError,
  type UpdateRequest,
  type Verdict,
  type Zone,
} from "../../src/index.ts";
import {
  judgeDeprovision,
  judgeGet,
  judgeList,
  judgeRevoke,
  judgeRevokeAll,
  judgeRevokeCurrent,
  type ListCall,
  type RevokeAllCall,
} from "./model/endings.ts";
import { type Delivered, judgeDeliver, judgeRemind, judgeSweep } from "./model/jobs.ts";
import type { Outcome } from "./model/outcome.ts";
import { judgeConfirm, judgeRotate, type RotateCall, type Rotated } from "./model/rotation.ts";
import type { Model } from "./model/state.ts";
import { type IssueCall, judgeIssue, judgeRegenerate, judgeUpdate } from "./model/tokens.ts";
import { judgeVerify, type VerifyCall } from "./model/verify.ts";
import { judgeListZones, judgePutZone, judgeRemoveZone } from "./model/zones.ts";
import { OWNER_CACHE, type System } from "./system.ts";

/** What each operation is asked, and what it gives. */
interface Operations {
  readonly issue: [request: IssueCall, result: Issued];
  readonly regenerate: [request: RegenerateRequest, result: Issued];
  readonly rotate: [request: RotateCall, result: Rotated];
  readonly confirm: [request: ConfirmRotationRequest, result: Issued];
  readonly revoke: [request: RevokeRequest, result: unknown];
  readonly revokeCurrent: [request: string, result: RevokedCount];
  readonly revokeAll: [request: RevokeAllCall, result: RevokedCount];
  readonly deprovision: [request: DeprovisionRequest, result: RevokedCount];
  readonly update: [request: UpdateRequest, result: Token];
  readonly get: [request: GetRequest, result: Token];
  readonly list: [request: ListCall, result: readonly Token[]];
  readonly putZone: [request: PutZoneRequest, result: Zone];
  readonly removeZone: [request: RemoveZoneRequest, result: unknown];
  readonly listZones: [request: ListZonesRequest, result: readonly Zone[]];
  readonly verify: [request: VerifyCall, result: Verdict];
  readonly sweep: [request: undefined, result: SweepResult];
  readonly remind: [request: undefined, result: RemindResult];
  readonly deliver: [request: undefined, result: Delivered];
  readonly changeOwner: [request: OwnerChange, result: unknown];
  readonly pass: [request: number, result: unknown];
}

/** New facts of an owner, or none where it leaves; told to tokenry, or left to be found out. */
export interface OwnerChange {
  readonly owner: string;
  readonly facts: Omit<Owner, "id"> | undefined;
  readonly isAnnounced: boolean;
}

type Name = keyof Operations;

/** One call with all that it is asked. */
export type Call<Called extends Name = Name> = {
  [Each in Called]: { readonly name: Each; readonly request: Operations[Each][0] };
}[Called];

type Performers = {
  readonly [Each in Name]: (
    system: System,
    request: Operations[Each][0],
  ) => Promise<Operations[Each][1]>;
};

const PERFORM: Performers = {
  issue: ({ world }, request) => world.tokens.issue(request),
  regenerate: ({ world }, request) => world.tokens.regenerate(request),
  rotate: performRotate,
  confirm: ({ world }, request) => world.tokens.confirmRotation(request),
  revoke: ({ world }, request) => world.tokens.revoke(request),
  revokeCurrent: ({ world }, secret) => world.tokens.revokeCurrent(secret),
  revokeAll: ({ world }, request) => world.tokens.revokeAll(request),
  deprovision: ({ world }, request) => world.tokens.deprovision(request),
  update: ({ world }, request) => world.tokens.update(request),
  get: ({ world }, request) => world.tokens.get(request),
  list: performList,
  putZone: ({ world }, request) => world.tokens.zones.put(request),
  removeZone: ({ world }, request) => world.tokens.zones.remove(request),
  listZones: ({ world }, request) => world.tokens.zones.list(request),
  verify: ({ world }, { secret, ...request }) => world.tokens.verify(secret, request),
  sweep: ({ world }) => world.tokens.jobs.sweep(),
  remind: ({ world }) => world.tokens.jobs.remind(),
  deliver: performDeliver,
  changeOwner: performChange,
  pass: async ({ world }, milliseconds) => world.clock.set(world.clock.now() + milliseconds),
};

async function performRotate({ world }: System, request: RotateCall): Promise<Rotated> {
  const rotated = await world.tokens.rotate(request);
  if (!("pending" in rotated)) return rotated;
  const stored = await world.repository.listByOwner({ ...request, limit: 200 });
  const pending = stored.find(({ slot }) => slot === "pending");
  return { ...rotated, pendingId: pending?.id ?? "replaced meanwhile" };
}

/** All pages. */
async function performList({ world }: System, request: ListCall): Promise<readonly Token[]> {
  const tokens: Token[] = [];
  let cursor: string | undefined;
  do {
    const page = await world.tokens.list({ ...request, cursor });
    tokens.push(...page.tokens);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return tokens;
}

async function performDeliver({ world }: System): Promise<Delivered> {
  const before = world.notifier.notices.length;
  const result = await world.tokens.jobs.deliver();
  return { result, notices: world.notifier.notices.slice(before) };
}

async function performChange({ world }: System, change: OwnerChange): Promise<void> {
  const { owner, facts, isAnnounced } = change;
  world.directory.remove(owner);
  if (facts !== undefined) world.directory.change(owner, facts);
  if (isAnnounced) await world.tokens.ownerChanged(owner);
  else world.clock.pass(OWNER_CACHE);
}

type Judges = {
  readonly [Each in Name]: (
    model: Model,
    request: Operations[Each][0],
    outcome: Outcome<Operations[Each][1]>,
  ) => void;
};

const JUDGE: Judges = {
  issue: judgeIssue,
  regenerate: judgeRegenerate,
  rotate: judgeRotate,
  confirm: judgeConfirm,
  revoke: judgeRevoke,
  revokeCurrent: judgeRevokeCurrent,
  revokeAll: judgeRevokeAll,
  deprovision: judgeDeprovision,
  update: judgeUpdate,
  get: judgeGet,
  list: judgeList,
  putZone: judgePutZone,
  removeZone: judgeRemoveZone,
  listZones: judgeListZones,
  verify: judgeVerify,
  sweep: (model, _request, outcome) => judgeSweep(model, outcome),
  remind: (model, _request, outcome) => judgeRemind(model, outcome),
  deliver: (model, _request, outcome) => judgeDeliver(model, outcome),
  changeOwner(model, { owner, facts, isAnnounced }) {
    if (facts === undefined) model.people.delete(owner);
    else model.people.set(owner, { id: owner, ...facts });
    if (!isAnnounced) model.now += OWNER_CACHE_MS;
  },
  pass(model, milliseconds) {
    model.now += milliseconds;
  },
};

const OWNER_CACHE_MS = 5000;

/** Does a call, and catches what it may throw. */
export async function perform<Called extends Name>(
  system: System,
  { name, request }: Call<Called>,
): Promise<Outcome<Operations[Called][1]>> {
  try {
    return { ok: true, value: await PERFORM[name](system, request) };
  } catch (error) {
    if (!(error instanceof TokenryError)) throw error;
    return { ok: false, code: error.code };
  }
}

/** Tells whether a call ended as the model says, and lets it happen in the model too. Throws where the two disagree. */
export function judge<Called extends Name>(
  model: Model,
  { name, request }: Call<Called>,
  outcome: Outcome<Operations[Called][1]>,
): void {
  JUDGE[name](model, request, outcome);
}
