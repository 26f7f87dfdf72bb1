import type { Level } from "../model.ts";

/** What an API has unless told otherwise. */
export const STANDARD_METHODS: readonly string[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** The method that a right is needed for: HEAD is a GET without its body (RFC 9110 section 9.3.2, DEC-12). */
export function neededMethod(method: string): string {
  return method === "HEAD" ? "GET" : method;
}

/** Whether a level holds a needed method. What is not a level holds nothing: a directory's answer is data from outside. */
export function levelAllows(level: Level | undefined, needed: string): boolean {
  if (level === "full") return true;
  if (level === "read") return needed === "GET";
  return Array.isArray(level) && level.includes(needed);
}
