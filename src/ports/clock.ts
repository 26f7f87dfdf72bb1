/**
 * What time it is. Guarantee: `now()` is milliseconds since 1970 (UTC), a finite number. It may step backwards; nothing that tokenry
 * keeps is ever lengthened or brought back by that.
 */
export interface Clock {
  now(): number;
}
