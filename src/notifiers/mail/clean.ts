/** Invisible characters that turn the direction of text or hide in it; the two joiners stay, as scripts and emoji need them. */
const HIDDEN = /(?![\u200c\u200d])\p{Cf}/gu;
const CONTROL_OR_SPACE = /[\p{Cc}\p{Z}\s]+/gu;
const LONE_SURROGATE = /\p{Cs}/gu;

/**
 * Text from outside as one line that is safe in a header: without control characters, line ends and marks of direction, with single spaces,
 * and at most `most` UTF-16 units long, the last an ellipsis where more was cut.
 */
export function cleanLine(value: string, most: number): string {
  // Bounded before it is searched, with room for what falls away.
  const line = value
    .slice(0, most * 4)
    .replace(HIDDEN, "")
    .replace(CONTROL_OR_SPACE, " ")
    .replace(LONE_SURROGATE, "\ufffd")
    .trim();
  if (line.length <= most) return line;
  // A pair that is cut in two would be no text.
  return `${line.slice(0, most - 1).replace(/\p{Cs}$/u, "")}…`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Text as it may stand in an element or a quoted attribute of HTML.
 *
 * @example
 * const html = `<p title="${escapeHtml(facts.token?.name ?? "")}">`;
 */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "");
}
