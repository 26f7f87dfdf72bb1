/**
 * Compares two texts in a time that depends on their lengths only (CORE-06).
 *
 * Never throws: texts of different lengths are unequal (T-02).
 */
export function equalInConstantTime(left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let index = 0; index < left.length; index++)
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index);
  return difference === 0;
}
