import type { ZoneSet } from "../../ports/repository.ts";
import { frozenCopy } from "./frozen-copy.ts";

/** The zones of one account. What belongs to the account holds on to this, and so sees the present zones without a look-up. */
export interface AccountZones {
  current: ZoneSet;
}

const NO_ZONES: ZoneSet = frozenCopy({ revision: 0, zones: [] });

/** The zones of every account that ever had a token or a zone. */
export class ZoneTable {
  readonly #accounts = new Map<string, AccountZones>();

  read(account: string): ZoneSet {
    return this.#accounts.get(account)?.current ?? NO_ZONES;
  }

  of(account: string): AccountZones {
    const known = this.#accounts.get(account);
    if (known !== undefined) return known;
    const zones = { current: NO_ZONES };
    this.#accounts.set(account, zones);
    return zones;
  }
}
