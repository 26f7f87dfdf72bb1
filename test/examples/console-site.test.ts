import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createOutbox } from "../../examples/console/outbox.ts";
import { createPeople } from "../../examples/console/people.ts";
import { createSessions } from "../../examples/console/sessions.ts";
import { createSite } from "../../examples/console/site.ts";

const people = createPeople();
const sessions = createSessions();
const outbox = createOutbox(() => 0);
const server = createServer();
let origin = "";

beforeAll(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  // A cast, as a server that listens on a port has an address.
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const notHere = () => {};
  server.on(
    "request",
    createSite({
      ...{ origin, people, sessions, outbox },
      // A cast, as the site tells it of changed owners and asks nothing else of it.
      tokens: { ownerChanged: async () => {} } as never,
      ...{ files: new Map(), management: notHere, tryIt: new Map() },
    }),
  );
});
afterAll(() => server.close());

function cookieOf(person: string): string {
  return sessions.begin(person).split(";", 1)[0] ?? "";
}

async function get(path: string, cookie = "") {
  const response = await fetch(origin + path, { headers: { cookie }, redirect: "manual" });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

async function post(path: string, form: Record<string, string>, more: Record<string, string> = {}) {
  const headers = { origin, ...more };
  const body = new URLSearchParams(form);
  const { status, headers: fields } = await fetch(origin + path, {
    ...{ method: "POST", headers, body, redirect: "manual" },
  });
  return { status, location: fields.get("location"), cookie: fields.get("set-cookie") ?? "" };
}

describe("signing in to the console", () => {
  test.each([
    ...["https://evil.example", "//evil.example", "/\\evil.example", "/%0d%0ax", "javascript:x"],
    ...["/profile?x", "/a\r\nSet-Cookie: a=1", "", "/ /evil"],
  ])("leads to no other site: %j", async (then) => {
    const { location } = await post("/sign-in", { person: "uma", then });
    expect(new URL(location ?? "", origin).origin).toBe(origin);
  });

  test("makes a session of its own, and ends the one before", async () => {
    const before = cookieOf("mia");
    const { cookie } = await post("/sign-in", { person: "uma" }, { cookie: before });
    expect(cookie).toMatch(/^session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(before);
    expect(sessions.personIdOf(before)).toBeUndefined();
  });

  test.each(["https://evil.example", "null", "", "http://127.0.0.1"])(
    "from %j is refused",
    async (other) => {
      const sent = other === "" ? {} : { origin: other };
      const { status, cookie } = await post("/sign-in", { person: "uma" }, { origin: "", ...sent });
      expect([status, cookie]).toEqual([403, ""]);
    },
  );

  test.each(["sven", "carol", "nobody", "__proto__", ""])("not as %j", async (person) => {
    expect(await post("/sign-in", { person })).toMatchObject({ status: 403, cookie: "" });
  });
});

describe("the console's pages", () => {
  test("show what people are called and nothing of it as markup", async () => {
    const uma = people.find("uma");
    const name = `<img src=x onerror=alert(1)>"'&`;
    people.change("uma", { profile: { ...uma?.profile, name } } as never);
    await outbox.sendMail({
      ...{ to: { address: "uma@acme.example" }, subject: name },
      text: `${name} http://x/"onclick="y javascript:alert(1)`,
    } as never);
    for (const path of ["/profile", "/outbox", "/security/users", "/security/users/uma"]) {
      const { text } = await get(path, cookieOf(path.startsWith("/security") ? "mia" : "uma"));
      expect(text).toContain("&#60;img src=x onerror=alert(1)&#62;");
      expect(text).not.toMatch(/<img src=x|"onclick|href="javascript/);
    }
    const { text } = await get(`/sign-in?then=${encodeURIComponent('"><script>')}`);
    expect(text).not.toContain("<script>");
  });

  test("of the outbox are one's own mails", async () => {
    const message = { to: { address: "adam@acme.example" }, subject: "for Adam", text: "code" };
    await outbox.sendMail(message as never);
    expect((await get("/outbox", cookieOf("adam"))).text).toContain("for Adam");
    expect((await get("/outbox", cookieOf("uma"))).text).not.toContain("for Adam");
    expect((await get("/outbox", cookieOf("mia"))).text).not.toContain("for Adam");
  });

  test("of others are for those who manage tokens, while they are active", async () => {
    for (const path of ["/security/users", "/security/users/mia", "/security/zones"])
      expect((await get(path, cookieOf("uma"))).status).toBe(403);
    people.change("adam", { active: false });
    expect((await get("/security/users", cookieOf("adam"))).status).toBe(403);
    people.change("adam", { active: true });
    expect((await get("/security/users", cookieOf("adam"))).status).toBe(200);
  });

  test("with switches are for active master administrators", async () => {
    const change = (person: string) =>
      post("/security/users/carol", { apiAccess: "on" }, { cookie: cookieOf(person) });
    expect((await change("uma")).status).toBe(403);
    expect((await change("adam")).status).toBe(403);
    people.change("mia", { active: false });
    expect((await change("mia")).status).toBe(403);
    expect(people.find("carol")?.active).toBe(true);
    people.change("mia", { active: true });
    expect((await change("mia")).status).toBe(303);
    expect(people.find("carol")?.active).toBe(false);
  });
});
