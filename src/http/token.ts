/** The characters of a token (RFC 9110 section 5.6.2), for a class of a regular expression: names of fields, schemes and parameters. */
export const TOKEN_CHARACTERS = "!#$%&'*+.^_`|~0-9A-Za-z-";

const TOKEN = new RegExp(`^[${TOKEN_CHARACTERS}]+$`);

/** Whether a text is a token, whole. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}
