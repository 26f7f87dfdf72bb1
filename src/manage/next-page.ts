import type { HeaderField } from "../http/answer.ts";

/** Where the next page is (RFC 8288): the same request with the cursor of this one; nothing where there is none. */
export function nextPage(
  { pathname, searchParams }: URL,
  cursor: string | undefined,
): readonly HeaderField[] {
  if (cursor === undefined) return [];
  const query = new URLSearchParams(searchParams);
  query.set("cursor", cursor);
  return [["link", `<${pathname}?${query}>; rel="next"`]];
}
