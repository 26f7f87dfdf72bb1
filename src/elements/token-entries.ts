import type {
  WireDuration,
  WireIssueRequest,
  WireKind,
  WireLevel,
  WireNetwork,
  WireToken,
  WireUpdateRequest,
} from "../manage/client/index.ts";

/** What a form holds of a token. */
export interface TokenEntries {
  readonly name: string;
  readonly access: Readonly<Record<string, WireLevel>>;
  readonly network: WireNetwork | null;
  readonly budgets: Readonly<Record<string, number>>;
  /** `undefined` on an existing token: its end stays as it is. */
  readonly expiresIn: WireDuration | undefined;
}

/** What a form begins with: a token as it is, or a new one's defaults. */
export function entriesOf(kind: WireKind, token: WireToken | undefined): TokenEntries {
  if (token !== undefined) {
    const { name, access, network, budgets } = token;
    return { name, access: access ?? {}, network, budgets, expiresIn: undefined };
  }
  const expiresIn = kind.expiry.type === "choice" ? kind.expiry.default : undefined;
  return { name: "", access: {}, network: null, budgets: {}, expiresIn };
}

/** The request for a new token. */
export function issueRequest(
  kindName: string,
  kind: WireKind,
  entries: TokenEntries,
): WireIssueRequest {
  const { name, access, network, budgets, expiresIn } = entries;
  return {
    kind: kindName,
    name: name.trim(),
    ...(kind.access === "granted" ? { access } : {}),
    ...(isRule(network) ? { network } : {}),
    ...(Object.keys(budgets).length === 0 ? {} : { budgets }),
    ...(expiresIn === undefined ? {} : { expiresIn }),
  };
}

/** What was changed in a form, and nothing else: an expiration that nobody chose stays as it is (DEC-11). */
export function changesOf(before: TokenEntries, after: TokenEntries): WireUpdateRequest {
  const { name, access, network, budgets, expiresIn } = after;
  const rule = isRule(network) ? network : null;
  return {
    ...(name.trim() === before.name ? {} : { name: name.trim() }),
    ...(isSame(levels(before.access), levels(access)) ? {} : { access }),
    ...(isSame(isRule(before.network) ? before.network : null, rule) ? {} : { network: rule }),
    ...(isSame(before.budgets, budgets) ? {} : { budgets }),
    ...(expiresIn === undefined ? {} : { expiresIn }),
  };
}

function isRule(network: WireNetwork | null): boolean {
  return (network?.include?.length ?? 0) > 0 || (network?.exclude?.length ?? 0) > 0;
}

/** An API that is not named has no access. */
function levels(access: TokenEntries["access"]): TokenEntries["access"] {
  return Object.fromEntries(Object.entries(access).filter(([, level]) => level !== "none"));
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

/** The same whatever the order of its keys. */
function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return entries.map(([key, each]) => [key, sorted(each)]);
}
