import type { EventData, EventType } from "../model.ts";
import type { StoredEvent, StoredToken } from "../ports/repository.ts";
import { generateId } from "../secret/generate.ts";
import type { Context } from "./context.ts";

/** Whose event it is. */
export interface Subject {
  readonly id: string | null;
  readonly kind: string | null;
  readonly owner: string | null;
  readonly account: string;
}

/** Makes an event, marked for delivery where there is a notifier. */
export function recordEvent(
  context: Context,
  type: EventType,
  subject: Subject | StoredToken,
  {
    actor,
    now,
    data = {},
    outcome = "done",
  }: { actor: string; now: number; data?: EventData; outcome?: StoredEvent["outcome"] },
): StoredEvent {
  const { id, kind, owner, account } = subject;
  const deliver = context.notifier !== undefined;
  return {
    id: generateId(now),
    type,
    at: now,
    account,
    owner,
    tokenId: id,
    kind,
    actor,
    outcome,
    data,
    deliver,
  };
}
