import type { Token, Zone } from "../model.ts";
import { hashOf } from "./hash.ts";

/** What `If-Match` and `If-None-Match` hold (RFC 9110 section 13.1.1): anything that is there, or one of these. */
export type EntityTags = "any" | readonly EntityTag[];

/** A tag without its quotes. */
export interface EntityTag {
  readonly isWeak: boolean;
  readonly tag: string;
}

/** An element of a list, which may be empty (RFC 9110 section 5.6.1), up to the comma after it. */
const ELEMENT = /[ \t]*(?:(?<weak>W\/)?"(?<tag>[!#-~\x80-\xff]*)")?[ \t]*(?:,|$)/y;

/** Reads the value of a field; `undefined` for what is no such value. */
export function readEntityTags(value: string): EntityTags | undefined {
  if (value === "*") return "any";
  const tags: EntityTag[] = [];
  const element = new RegExp(ELEMENT);
  while (element.lastIndex < value.length) {
    const { weak, tag } = element.exec(value)?.groups ?? {};
    if (element.lastIndex === 0) return undefined;
    if (tag !== undefined) tags.push({ isWeak: weak !== undefined, tag });
  }
  return tags.length === 0 ? undefined : tags;
}

/** Names a state of a token: the time of its last change, which is another with each change. */
export function versionOf({ updatedAt }: Pick<Token, "updatedAt">): number {
  return updatedAt.getTime();
}

/** Names a state of a zone: its content, for a zone has no time of its last change. */
export function zoneVersion({ ranges, blocked }: Zone): string {
  return hashOf([ranges, blocked]);
}

/** The last millisecond that is a time. */
const LAST = 8_640_000_000_000_000;

/** The version that a tag is of; `undefined`: of none. */
export function taggedVersion({ isWeak, tag }: EntityTag): number | undefined {
  // Compared by the strong function: a weak tag is equal to none (RFC 9110 section 8.8.3.2).
  if (isWeak || !/^[1-9][0-9]{0,15}$/.test(tag)) return undefined;
  const version = Number(tag);
  return version <= LAST ? version : undefined;
}
