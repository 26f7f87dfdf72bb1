import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { byDay, dayOf, daysBetween, dayWords, withNews } from "../../src/elements/timeline.ts";

// The clocks of Berlin go forward on 29 March 2026.
beforeAll(() => {
  vi.stubEnv("TZ", "Europe/Berlin");
});
afterAll(() => {
  vi.unstubAllEnvs();
});

const eventAt = (at: string) => ({
  id: at,
  type: "token.issued",
  at,
  account: "acme",
  owner: "ada",
  tokenId: "1",
  kind: "service",
  actor: "ada",
  outcome: "done" as const,
  data: {},
});

describe("byDay", () => {
  test("groups by the reader's days, in the order of the events", () => {
    const times = [
      "2026-03-28T23:30:00.000Z",
      "2026-03-28T22:30:00.000Z",
      "2026-03-28T08:00:00.000Z",
    ];
    const days = byDay(times.map(eventAt));
    expect(days.map(({ day, events }) => [day, events.length])).toEqual([
      ["2026-03-29", 1],
      ["2026-03-28", 2],
    ]);
  });

  test("nothing has no days", () => {
    expect(byDay([])).toEqual([]);
  });
});

describe("daysBetween", () => {
  test("bounds by midnights of the reader, the last day included", () => {
    expect(daysBetween("2026-03-29", "2026-03-29")).toEqual({
      since: "2026-03-28T23:00:00.000Z",
      until: "2026-03-29T22:00:00.000Z",
    });
  });

  test("what is empty or no day bounds nothing", () => {
    expect(daysBetween("", "")).toEqual({});
    expect(daysBetween("2026-03-01", "soon")).toEqual({ since: "2026-02-28T23:00:00.000Z" });
  });
});

test("a day is written as a date field has it", () => {
  expect(dayOf(new Date("2026-01-05T23:30:00.000Z"))).toBe("2026-01-06");
});

test.each([
  ["2026-03-29", "Today, Sunday"],
  ["2026-03-28", "Yesterday, Saturday"],
  ["2026-03-27", "Friday"],
  ["2026-03-30", "Monday"],
])("%s, seen on 29 March, begins with %s", (day, words) => {
  const said = dayWords(day, "2026-03-29", "en-GB");
  expect(said.startsWith(words)).toBe(true);
  expect(said).toContain(`${day.slice(-2)} March 2026`);
});

describe("withNews", () => {
  const page = (...ids: string[]) => ({ events: ids.map(eventAt), cursor: `after ${ids.at(-1)}` });
  const idsOf = ({ events }: ReturnType<typeof page>) => events.map(({ id }) => id);

  test("puts what happened since before what is shown, of which more was fetched", () => {
    const shown = { ...page("5", "4", "3", "2", "1"), cursor: "after 1" };
    const next = withNews(shown, page("6", "5", "4"));
    expect(next.events.map(({ id }) => id)).toEqual(["6", "5", "4", "3", "2", "1"]);
    expect(next.cursor).toBe("after 1");
  });

  test("takes the page alone where it knows nothing of what is shown: there may be a gap", () => {
    const next = page("9", "8", "7");
    expect(withNews(page("5", "4"), next)).toBe(next);
    expect(idsOf(next)).toEqual(["9", "8", "7"]);
  });
});
