import type {
  Cancelled,
  ConfirmRotationRequest,
  DeprovisionRequest,
  GetRequest,
  Grant,
  Issued,
  LeakResult,
  ListZonesRequest,
  ParkedNotice,
  ParkedNoticesRequest,
  PruneResult,
  PutZoneRequest,
  RegenerateRequest,
  RemindResult,
  RemoveZoneRequest,
  RetriedCount,
  RetryNoticesRequest,
  RevokedCount,
  RevokeRequest,
  RotationPending,
  SweepResult,
  Token,
  UpdateRequest,
  Verdict,
  Zone,
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
import { type CredentialCall, type GrantCall, judgeGrant, judgeRecheck } from "./model/grant.ts";
import { type Announced, judgePrune, judgeRemind, judgeSweep } from "./model/jobs.ts";
import { judgeLeak, type LeakCall } from "./model/leak.ts";
import {
  type DeliverCall,
  type Delivered,
  judgeDeliver,
  judgeParked,
  judgeRetry,
} from "./model/notices.ts";
import type { Outcome } from "./model/outcome.ts";
import {
  type CancelCall,
  judgeCancel,
  judgePending,
  judgeResend,
  type ResendCall,
} from "./model/pending.ts";
import { judgeConfirm, judgeRotate, type RotateCall, type Rotated } from "./model/rotation.ts";
import type { Model } from "./model/state.ts";
import { type IssueCall, judgeIssue, judgeRegenerate, judgeUpdate } from "./model/tokens.ts";
import { judgeTrail, type Trail, type TrailCall } from "./model/trail.ts";
import { judgeVerify, type VerifyCall } from "./model/verify.ts";
import { judgeListZones, judgePutZone, judgeRemoveZone } from "./model/zones.ts";
import {
  announcedBy,
  endOf,
  type OwnerChange,
  performChange,
  performDeliver,
  performList,
  performParked,
  performRotate,
  performTrail,
} from "./performers.ts";
import type { System } from "./system.ts";

/** What each operation is asked, and what it gives. */
interface Operations {
  readonly issue: [request: IssueCall, result: Issued];
  readonly regenerate: [request: RegenerateRequest, result: Issued];
  readonly rotate: [request: RotateCall, result: Rotated];
  readonly confirm: [request: ConfirmRotationRequest, result: Issued];
  readonly pending: [request: ResendCall, result: RotationPending | undefined];
  readonly resend: [request: ResendCall, result: RotationPending];
  readonly cancel: [request: CancelCall, result: Cancelled];
  readonly revoke: [request: RevokeRequest, result: unknown];
  readonly revokeCurrent: [request: string, result: RevokedCount];
  readonly reportLeak: [request: LeakCall, result: LeakResult];
  readonly revokeAll: [request: RevokeAllCall, result: RevokedCount];
  readonly deprovision: [request: DeprovisionRequest, result: RevokedCount];
  readonly update: [request: UpdateRequest, result: Token];
  readonly get: [request: GetRequest, result: Token];
  readonly list: [request: ListCall, result: readonly Token[]];
  readonly putZone: [request: PutZoneRequest, result: Zone];
  readonly removeZone: [request: RemoveZoneRequest, result: unknown];
  readonly listZones: [request: ListZonesRequest, result: readonly Zone[]];
  readonly verify: [request: VerifyCall, result: Verdict];
  readonly grant: [request: GrantCall, result: Grant];
  readonly recheck: [request: CredentialCall, result: Grant];
  readonly exportEvents: [request: TrailCall, result: Trail];
  readonly sweep: [request: undefined, result: Announced<SweepResult>];
  readonly remind: [request: undefined, result: Announced<RemindResult>];
  readonly prune: [request: undefined, result: PruneResult];
  readonly deliver: [request: DeliverCall, result: Delivered];
  readonly parked: [request: ParkedNoticesRequest, result: readonly ParkedNotice[]];
  readonly retry: [request: RetryNoticesRequest, result: RetriedCount];
  readonly changeOwner: [request: OwnerChange, result: unknown];
  readonly pass: [request: number, result: unknown];
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
  pending: ({ world }, request) => world.tokens.pendingRotation(request),
  resend: ({ world }, request) => world.tokens.resendRotation(request),
  cancel: ({ world }, request) => world.tokens.cancelRotation(request),
  revoke: ({ world }, request) => world.tokens.revoke(request),
  revokeCurrent: ({ world }, secret) => world.tokens.revokeCurrent(secret),
  reportLeak: ({ world }, { secret, report }) => world.tokens.reportLeak(secret, report),
  revokeAll: ({ world }, request) => world.tokens.revokeAll(request),
  deprovision: ({ world }, request) => world.tokens.deprovision(request),
  update: ({ world }, request) => world.tokens.update(request),
  get: ({ world }, request) => world.tokens.get(request),
  list: performList,
  putZone: ({ world }, request) => world.tokens.zones.put(request),
  removeZone: ({ world }, request) => world.tokens.zones.remove(request),
  listZones: ({ world }, request) => world.tokens.zones.list(request),
  verify: ({ world }, { secret, ...request }) => world.tokens.verify(secret, request),
  grant: ({ world }, { credential, request }) => world.tokens.grant(credential, request),
  recheck: ({ world }, credential) => world.tokens.recheck(credential),
  exportEvents: performTrail,
  sweep: (system) => announcedBy(system, "token.expired", system.world.tokens.jobs.sweep),
  remind: (system) => announcedBy(system, "token.expiring", system.world.tokens.jobs.remind),
  prune: ({ world }) => world.tokens.jobs.prune(),
  deliver: performDeliver,
  parked: performParked,
  retry: ({ world }, request) => world.tokens.notices.retry(request),
  changeOwner: performChange,
  pass: async ({ world }, milliseconds) => world.clock.set(world.clock.now() + milliseconds),
};

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
  pending: judgePending,
  resend: judgeResend,
  cancel: judgeCancel,
  revoke: judgeRevoke,
  revokeCurrent: judgeRevokeCurrent,
  reportLeak: judgeLeak,
  revokeAll: judgeRevokeAll,
  deprovision: judgeDeprovision,
  update: judgeUpdate,
  get: judgeGet,
  list: judgeList,
  putZone: judgePutZone,
  removeZone: judgeRemoveZone,
  listZones: judgeListZones,
  verify: judgeVerify,
  grant: judgeGrant,
  recheck: judgeRecheck,
  exportEvents: judgeTrail,
  sweep: (model, _request, outcome) => judgeSweep(model, outcome),
  remind: (model, _request, outcome) => judgeRemind(model, outcome),
  prune: (model, _request, outcome) => judgePrune(model, outcome),
  deliver: (model, _request, outcome) => judgeDeliver(model, outcome),
  parked: judgeParked,
  retry: judgeRetry,
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
export function perform<Called extends Name>(
  system: System,
  { name, request }: Call<Called>,
): Promise<Outcome<Operations[Called][1]>> {
  return endOf(() => PERFORM[name](system, request));
}

/** Tells whether a call ended as the model says, and lets it happen in the model too. Throws where the two disagree. */
export function judge<Called extends Name>(
  model: Model,
  { name, request }: Call<Called>,
  outcome: Outcome<Operations[Called][1]>,
): void {
  JUDGE[name](model, request, outcome);
}
