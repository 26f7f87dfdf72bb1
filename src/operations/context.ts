import type { ResolvedDelivery } from "../lifecycle/delivery.ts";
import type { ResolvedKind } from "../lifecycle/kind.ts";
import type { Duration } from "../model.ts";
import type { ResolvedApi } from "../options.ts";
import type { BudgetStore } from "../ports/budget-store.ts";
import type { Notifier } from "../ports/notifier.ts";
import type { Repository } from "../ports/repository.ts";
import type { Keyring } from "../secret/keyring.ts";
import type { KnownPrefix } from "../secret/parse.ts";
import type { Background } from "../state/background.ts";
import type { Channel } from "../state/channels.ts";
import type { Owners } from "../state/owners.ts";
import type { Preparation } from "../state/prepared.ts";
import type { Throttles } from "../state/throttles.ts";
import type { Uses } from "../state/uses.ts";

/** All that an operation works with: the checked rules, the ports, and what this node remembers. */
export interface Context extends Throttles {
  readonly kinds: ReadonlyMap<string, ResolvedKind>;
  readonly apis: ReadonlyMap<string, ResolvedApi>;
  readonly prefixes: readonly KnownPrefix[];
  readonly keyring: Keyring;
  readonly repository: Repository;
  /** A token as it is stored, without what accepted uses have moved since: what a further use is decided on. */
  readonly findStored: Repository["findById"];
  readonly budgets: BudgetStore;
  readonly notifier: Notifier | undefined;
  /** The notifier's channels; none without a notifier. */
  readonly channels: readonly Channel[];
  readonly delivery: ResolvedDelivery;
  /** How long events are kept; `undefined`: for ever. */
  readonly keepEvents: Duration | undefined;
  readonly owners: Owners;
  readonly uses: Uses;
  readonly preparation: Preparation;
  readonly background: Background;
  readonly now: () => number;
  /** Whether this node was told to stop and has taken its time: what is left is left to others. */
  readonly mustStop: () => boolean;
  /** Tells the schedule of this node that there is something to deliver. */
  readonly noticed: () => void;
  /** Tells the other nodes, and the caches of this one, what has changed. Never throws. */
  readonly announce: (keys: readonly string[]) => Promise<void>;
  /** Tells the host of an outage. Never throws. */
  readonly report: (cause: unknown) => void;
}
