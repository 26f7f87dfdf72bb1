/** A clock that starts at the present time and stands still until it is moved: days pass in no time. */
export interface MovableClock {
  now(): number;
  passDays(days: number): void;
}

export function createClock(): MovableClock {
  let now = Date.now();
  return {
    now: () => now,
    passDays(days) {
      now += days * 86_400_000;
    },
  };
}
