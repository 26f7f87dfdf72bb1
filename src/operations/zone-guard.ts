import { quoted } from "../checks.ts";
import { TokenryError } from "../errors.ts";
import type { Network } from "../model.ts";
import { zoneNamesOf } from "../network/decide.ts";
import type { ZoneStep } from "../ports/repository.ts";
import type { Context } from "./context.ts";

/**
 * The guard for a token that is to refer to zones: they exist, are not blocked, and stay so until the commit.
 *
 * @returns nothing where the rule refers to none.
 */
export async function zoneGuard(
  context: Context,
  account: string,
  network: Network | null,
): Promise<{ zones?: ZoneStep }> {
  const names = zoneNamesOf(network);
  if (names.length === 0) return {};
  const { revision, zones } = await context.repository.zones(account);
  for (const name of names) {
    const zone = zones.find((candidate) => candidate.name === name);
    if (zone === undefined)
      throw new TokenryError("invalid_input", {
        message: `network: there is no zone ${quoted(name)}`,
      });
    if (zone.blocked)
      throw new TokenryError("invalid_input", {
        message: `network: zone ${quoted(name)} is blocked for all tokens`,
      });
  }
  return { zones: { account, revision } };
}
