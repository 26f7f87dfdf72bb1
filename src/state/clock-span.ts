/** Whether `now` lies within a span that began at `at`. A clock that stepped back is outside: what is in doubt is asked again. */
export function isWithin(at: number, spanMs: number, now: number): boolean {
  const age = now - at;
  return age >= 0 && age < spanMs;
}
