/** A secret that was found, and where. */
export interface LeakItem {
  readonly token: string;
  readonly type: string | undefined;
  /** Where it can be seen. Absent for what is not on a page. */
  readonly url: string | undefined;
  /** Who found it and in what, by a word of GitHub's, of which there may be new ones: `"GitHub (commit)"`. */
  readonly source: string;
}

/**
 * Reads the items of a body (IND-10): `undefined` where it is no JSON array. Of an item only the secret must be there, as it is out in the
 * open whatever else is said of it; one without is passed over.
 */
export function readItems(body: Uint8Array): readonly LeakItem[] | undefined {
  const list = parse(body);
  return Array.isArray(list) ? list.flatMap((entry: unknown) => itemOf(entry) ?? []) : undefined;
}

/** What JSON.parse throws quotes the text, secrets and all: it goes no further. */
function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

function itemOf(entry: unknown): LeakItem | undefined {
  // `Object` makes an object of whatever is there, so that a look at it is safe.
  const { token, type, url, source } = Object(entry) as Record<string, unknown>;
  if (typeof token !== "string" || token === "") return undefined;
  const word = textOf(source);
  return {
    token,
    type: textOf(type),
    url: textOf(url),
    // The owner of the token reads it, and has to know who says so.
    source: word === undefined ? "GitHub" : `GitHub (${word})`,
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
