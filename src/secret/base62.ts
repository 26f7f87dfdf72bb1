/** The alphabet of secrets, in the order of their values: digits, capitals, small letters (IND-02, TV-08). */
export const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** The value of each character code below 128, or -1. A typed array, as this is read for each character of each call. */
export const BASE62_VALUES: Int8Array = (() => {
  const values = new Int8Array(128).fill(-1);
  for (let value = 0; value < BASE62.length; value++) values[BASE62.charCodeAt(value)] = value;
  return values;
})();

/** Writes a whole, non-negative number in base62 with leading zeros up to `width`. */
export function encodeBase62(value: number, width: number): string {
  let rest = value;
  let text = "";
  for (let place = 0; place < width; place++) {
    text = BASE62.charAt(rest % 62) + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}
