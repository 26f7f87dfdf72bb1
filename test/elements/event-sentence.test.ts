import { describe, expect, test } from "vitest";
import { actorWords, eventSentence, namesActor } from "../../src/elements/event-sentence.ts";
import { EVENT_LOOKS, isEventType, shapeOf } from "../../src/elements/event-types.ts";
import type { EventType } from "../../src/model.ts";

type Told = Parameters<typeof eventSentence>[0];

const saying = { locale: "en" };
const told = (type: string, data: Told["data"], more: Partial<Told> = {}): Told => ({
  id: "1",
  type,
  at: "2026-03-28T12:00:00.000Z",
  account: "acme",
  owner: "carol",
  tokenId: "t1",
  kind: "service",
  actor: "carol",
  outcome: "done",
  data,
  ...more,
});
const name = "nightly build";

describe("eventSentence", () => {
  test.each<[EventType, Told["data"], string]>([
    ["token.issued", { name, slot: null }, "carol made the token “nightly build”"],
    [
      "token.issued",
      { name, slot: "primary", backup: "t0" },
      "carol made a new primary of “nightly build”; the one before is the backup",
    ],
    ["token.revoked", { name }, "carol revoked the token “nightly build”"],
    [
      "token.revoked",
      { name, reason: "all revoked" },
      "carol revoked the token “nightly build”: all tokens at once",
    ],
    [
      "token.revoked",
      { name, reason: "laptop lost" },
      "carol revoked the token “nightly build”: laptop lost",
    ],
    ["token.regenerated", { name }, "carol gave the token “nightly build” a new secret"],
    [
      "token.updated",
      { name, changed: ["network", "budgets", "colour"] },
      "carol changed the token “nightly build”: network, rate limits, and colour",
    ],
    [
      "token.expiring",
      { name, expiresAt: Date.UTC(2026, 3, 1, 12) },
      "Reminder: the token “nightly build” expires on Apr 1, 2026",
    ],
    [
      "token.expiring",
      { name, expiresAt: null },
      "Reminder: the token “nightly build” expires soon",
    ],
    ["token.expired", { name, slot: null }, "The token “nightly build” expired"],
    [
      "token.expired",
      { name, slot: "pending" },
      "The new primary of “nightly build” was not confirmed in time",
    ],
    [
      "token.leaked",
      { name, source: "github", url: null, revoked: true },
      "The token “nightly build” was found at github and revoked",
    ],
    [
      "token.leaked",
      { name, source: "github", url: null, revoked: false },
      "The token “nightly build” was found at github. It still works",
    ],
    ["rotation.requested", { name }, "carol asked for a new primary of “nightly build”"],
    [
      "rotation.requested",
      { name, resent: true },
      "carol had the link for a new primary of “nightly build” sent again",
    ],
    ["rotation.confirmed", { name }, "carol confirmed the new primary of “nightly build”"],
    ["rotation.cancelled", { name }, "carol cancelled the new primary of “nightly build”"],
    [
      "network.refused",
      { name, reason: "not_included", api: "orders", address: "203.0.113.9" },
      "Refused from 203.0.113.9: outside its networks (token “nightly build”)",
    ],
    [
      "network.refused",
      { name, reason: "blocked", zone: "tor", api: null, address: null },
      "Refused from an unknown address: from the blocked zone “tor” (token “nightly build”)",
    ],
    [
      "owner.refused",
      { name, reason: "api_access_disabled", api: "orders", address: "::1" },
      "Refused from ::1: API access is switched off (token “nightly build”)",
    ],
    ["owner.deprovisioned", { revoked: 1 }, "carol deprovisioned carol: 1 token ended"],
    [
      "zone.changed",
      { zone: "office", ranges: 3, blocked: false },
      "carol saved the zone “office” with 3 ranges",
    ],
    [
      "zone.changed",
      { zone: "tor", ranges: 1, blocked: true },
      "carol saved the zone “tor” with 1 range, blocked for all tokens",
    ],
    ["zone.removed", { zone: "office" }, "carol removed the zone “office”"],
  ])("%s with %j", (type, data, sentence) => {
    expect(eventSentence(told(type, data), saying)).toBe(sentence);
  });

  test("the host's own code is the application", () => {
    const event = told("token.revoked", { name }, { actor: "SYSTEM" });
    expect(eventSentence(event, saying)).toBe("The application revoked the token “nightly build”");
    expect(actorWords("SYSTEM", saying)).toBe("the application");
  });

  test("a type that is not known here is shown plainly", () => {
    expect(eventSentence(told("future.thing", {}), saying)).toBe("carol: future.thing");
    expect(eventSentence(told("toString", {}), saying)).toBe("carol: toString");
    expect(shapeOf("toString")).toBe("changed");
  });

  test("a token without a name is named by its id", () => {
    expect(eventSentence(told("token.regenerated", {}), saying)).toContain("“t1”");
  });

  test("data of another shape makes a sentence all the same", () => {
    for (const type of Object.keys(EVENT_LOOKS)) {
      const data = { name: 1, reason: {}, changed: 3, ranges: "x", revoked: [], expiresAt: "y" };
      expect(eventSentence(told(type, data), saying)).not.toMatch(/\{|undefined|\[object/);
    }
  });

  test("data cannot pass for a placeholder, nor for a known reason by inheritance", () => {
    const event = told("token.revoked", { name: "{actor}", reason: "constructor" });
    expect(eventSentence(event, saying)).toBe("carol revoked the token “{actor}”: constructor");
  });

  test("texts of the page take the place of the English ones", () => {
    const texts = { event_issued: "{actor} hat „{name}“ angelegt" };
    const event = told("token.issued", { name });
    expect(eventSentence(event, { texts, locale: "de" })).toBe(
      "carol hat „nightly build“ angelegt",
    );
  });
});

test("what nobody did names nobody", () => {
  for (const type of Object.keys(EVENT_LOOKS)) {
    const event = told(type, { name }, { actor: "someone" });
    expect([type, eventSentence(event, saying).startsWith("someone")]).toEqual([
      type,
      namesActor(event),
    ]);
    expect(isEventType(type)).toBe(true);
  }
});
