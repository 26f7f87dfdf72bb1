import type { EventData } from "../model.ts";
import type { StoredEvent, StoredToken } from "../ports/repository.ts";
import type { Portion } from "./commit-groups.ts";

/** How many tokens a notice names; its count is of all. */
const NAMED = 100;

/** How the tokens of a portion are recorded. */
export interface Recording {
  /** The event of one token. */
  readonly eventOf: (token: StoredToken) => StoredEvent;
  /** Whether the owner hears of it. Default: yes. */
  readonly isAnnounced?: (token: StoredToken) => boolean;
}

/**
 * The events of a portion: one a token, for the trail. Of an owner's only the first is delivered, and where there are more it names them
 * all (`count`, `tokens`): one message for everything that happens at once.
 */
export function portionEvents(
  portion: Portion,
  { eventOf, isAnnounced = () => true }: Recording,
): readonly StoredEvent[] {
  const announced = portion.announced.filter(isAnnounced);
  return portion.tokens.map((token) => {
    const event = eventOf(token);
    if (token.id !== announced[0]?.id) return { ...event, deliver: false };
    if (announced.length === 1) return event;
    const data = { ...event.data, count: announced.length, tokens: named(announced) };
    return { ...event, data };
  });
}

function named(tokens: readonly StoredToken[]): readonly EventData[] {
  return tokens
    .slice(0, NAMED)
    .map(({ id, name, kind, expiresAt }) => ({ id, name, kind, expiresAt }));
}
