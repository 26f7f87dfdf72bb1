/** A client's id and secret. */
export interface BasicCredentials {
  readonly id: string;
  readonly secret: string;
}

const BASIC = /^basic +([A-Za-z0-9+/]+={0,2})$/i;

/** Reads a value of `Authorization: Basic`, whose id and secret are form-encoded (RFC 6749 section 2.3.1); `undefined` for anything else. */
export function readBasic(header: string): BasicCredentials | undefined {
  const encoded = BASIC.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  try {
    const text = utf8Of(atob(encoded));
    const colon = text.indexOf(":");
    if (colon < 0) return undefined;
    return { id: formDecoded(text.slice(0, colon)), secret: formDecoded(text.slice(colon + 1)) };
  } catch {
    return undefined;
  }
}

function utf8Of(binary: string): string {
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

function formDecoded(text: string): string {
  return decodeURIComponent(text.replaceAll("+", " "));
}
