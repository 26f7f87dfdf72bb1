export type { AccessRequirement } from "./access/requirement.ts";
export {
  DENIALS,
  type DenialCode,
  FAILURES,
  HTTP_REFUSALS,
  type HttpRefusalCode,
  NoticeError,
  type NoticeErrorDetails,
  TokenryError,
  type TokenryErrorCode,
} from "./errors.ts";
export type { Jobs, Notices, Tokenry, Zones } from "./face.ts";
export type { DeliveryOptions } from "./lifecycle/delivery.ts";
export {
  manyChoice,
  manySliding,
  type PresetOptions,
  primaryBackup,
  singleFixed,
} from "./lifecycle/presets.ts";
export {
  type Accepted,
  type Access,
  type Actor,
  type Api,
  type BudgetHolder,
  type BudgetPercents,
  type BudgetState,
  DEFAULT_CHANNEL,
  type Duration,
  type EventData,
  type EventType,
  type Expiry,
  type JsonValue,
  type Level,
  type Network,
  type Owner,
  type Refused,
  type Slot,
  SYSTEM,
  type Token,
  type TokenEvent,
  type TokenKind,
  type Verdict,
  type VerifyRequest,
  type Zone,
} from "./model.ts";
export { fanOut } from "./notifiers/fan-out.ts";
export type { Cancelled, CancelRotationRequest } from "./operations/cancel-rotation.ts";
export type { ConfirmRotationRequest } from "./operations/confirm-rotation.ts";
export type { DeliverResult } from "./operations/deliver.ts";
export type { DeprovisionRequest } from "./operations/deprovision.ts";
export type { OwnerRequest, OwnerStanding } from "./operations/find-owner.ts";
export type { TokenCredential, TokenReference } from "./operations/find-reference.ts";
export type { GetRequest } from "./operations/get.ts";
export type { Grant, Granted, GrantedBudget, GrantRequest } from "./operations/grant.ts";
export type { IssueRequest } from "./operations/issue.ts";
export type { ListRequest, TokenPage } from "./operations/list.ts";
export type { EventsFilter, EventsPage, EventsRequest } from "./operations/list-events.ts";
export type { Issued } from "./operations/new-secret.ts";
export type {
  ParkedNotice,
  ParkedNoticesPage,
  ParkedNoticesRequest,
} from "./operations/parked-notices.ts";
export type { PruneResult } from "./operations/prune.ts";
export type { ApiRules, KindRules, Rules } from "./operations/public-rules.ts";
export type { RegenerateRequest } from "./operations/regenerate.ts";
export type { RemindResult } from "./operations/remind.ts";
export type { LeakReport, LeakResult } from "./operations/report-leak.ts";
export type { RetriedCount, RetryNoticesRequest } from "./operations/retry-notices.ts";
export type { RevokeRequest } from "./operations/revoke.ts";
export type { RevokeAllRequest, RevokedCount } from "./operations/revoke-all.ts";
export type { RotateRequest, RotationPending } from "./operations/rotate.ts";
export type { SweepResult } from "./operations/sweep.ts";
export type { UpdateRequest } from "./operations/update.ts";
export type { ListZonesRequest, PutZoneRequest, RemoveZoneRequest } from "./operations/zones.ts";
export type { CacheOptions, TokenryOptions } from "./options.ts";
export type { Awaitable } from "./ports/awaitable.ts";
export type { Bucket, BudgetStore, OutagePolicy, Taken } from "./ports/budget-store.ts";
export type { Clock } from "./ports/clock.ts";
export type { Directory } from "./ports/directory.ts";
export type {
  BegunRequest,
  IdempotencyStore,
  RequestMark,
} from "./ports/idempotency-store.ts";
export type { InvalidationBus } from "./ports/invalidation-bus.ts";
export type { KeyStore, StoredKeySet } from "./ports/key-store.ts";
export type { Notice, Notifier } from "./ports/notifier.ts";
export type {
  FailureObservation,
  FlushObservation,
  LookUpObservation,
  Observer,
  OperationName,
  OperationObservation,
  RefusalObservation,
  VerifyObservation,
} from "./ports/observer.ts";
export type { ReplayStore } from "./ports/replay-store.ts";
export type {
  Change,
  ClaimedNotice,
  Committed,
  EventPage,
  FoundToken,
  Memo,
  NoticeClaim,
  NoticeOutcome,
  OwnerPage,
  ParkedChoice,
  ParkedPage,
  Repository,
  StoredEvent,
  StoredParkedNotice,
  StoredToken,
  TokenChanges,
  TokenGuard,
  Use,
  ZoneSet,
  ZoneStep,
} from "./ports/repository.ts";
export type { Pepper } from "./secret/keyring.ts";
export { scanPattern } from "./secret/scan-pattern.ts";
export { Secret } from "./secret/secret.ts";
export { type MemoryBudgetsOptions, memoryBudgets } from "./storage/memory/budgets.ts";
export { memoryBus } from "./storage/memory/bus.ts";
export { type MemoryIdempotencyOptions, memoryIdempotency } from "./storage/memory/idempotency.ts";
export { type MemoryReplaysOptions, memoryReplays } from "./storage/memory/replays.ts";
export { memoryRepository } from "./storage/memory/repository.ts";
export { createTokenry } from "./tokenry.ts";
