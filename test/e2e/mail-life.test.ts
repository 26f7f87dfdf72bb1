import { expect, test } from "vitest";
import { type EventType, primaryBackup, SYSTEM } from "../../src/index.ts";
import { ADA, BOB, MANAGER } from "../support/directory.ts";
import { KINDS, outcomeOf } from "../support/world.ts";
import { linkOf, type Office, openOffice, type Post } from "./mail-life/office.ts";

function toAda(type: EventType, subject: string): Post {
  return { to: "ada@acme.example", subject, type };
}

function toBob(type: EventType, subject: string): Post {
  return { to: "bob@acme.example", subject, type };
}

const ELSEWHERE = { api: "orders", method: "GET", address: "198.51.100.23" } as const;

test("OWN-08 a personal token from its issue to its owner's leaving, mailed step by step", async () => {
  await using office = await openOffice();
  const { tokens, directory } = office.world;
  const request = { kind: "personal", owner: ADA, actor: ADA } as const;
  office.keep(await tokens.issue({ ...request, name: "laptop" }));
  expect(await office.post()).toEqual([toAda("token.issued", "You have a new token: laptop")]);
  expect(await outcomeOf(tokens.issue({ ...request, name: "second" }))).toBe("slot_taken");
  expect(await office.live(180)).toEqual([
    [150, "Your token expires in 30 days: laptop"],
    [173, "Your token expires in 7 days: laptop"],
    [179, "Your token expires in 1 day: laptop"],
    [180, "Your token has expired: laptop"],
  ]);

  const { token, secret } = office.keep(await tokens.issue({ ...request, name: "desk" }));
  expect(await office.post()).toEqual([toAda("token.issued", "You have a new token: desk")]);
  const network = { include: ["10.0.0.0/8"] };
  await tokens.update({ tokenId: token.id, actor: MANAGER, network });
  expect(await office.post()).toEqual([toAda("token.updated", "Your token was changed: desk")]);
  for (let call = 0; call < 3; call += 1) {
    expect(await tokens.verify(secret, ELSEWHERE)).toMatchObject({ code: "network_denied" });
    office.world.clock.pass({ minutes: 11 });
  }
  await expect.poll(() => office.world.trail("network.refused")).toHaveLength(3);
  expect(await office.post()).toEqual([
    toAda("network.refused", "A call with your token was refused: desk"),
  ]);
  await tokens.revoke({ tokenId: token.id, actor: ADA, reason: "not needed any more" });
  await tokens.revoke({ tokenId: token.id, actor: ADA });
  expect(await office.post()).toEqual([toAda("token.revoked", "Your token was revoked: desk")]);

  const leaked = office.keep(await tokens.issue({ ...request, name: "phone" }));
  expect(await office.post()).toEqual([toAda("token.issued", "You have a new token: phone")]);
  const report = { source: "github", url: "https://github.com/acme/shop/blob/main/.env" };
  expect(await tokens.reportLeak(leaked.secret, report)).toMatchObject({ revoked: true });
  expect(await tokens.reportLeak(leaked.secret, report)).toMatchObject({ known: false });
  expect(await office.post()).toEqual([
    toAda("token.leaked", "Your token leaked and was revoked: phone"),
  ]);

  office.keep(await tokens.issue({ ...request, name: "tablet" }));
  expect(await office.post()).toEqual([toAda("token.issued", "You have a new token: tablet")]);
  await tokens.deprovision({ owner: ADA, actor: SYSTEM });
  expect(await office.post()).toEqual([
    toAda("token.revoked", "Your token was revoked: tablet"),
    toAda("owner.deprovisioned", "Your access to Acme by API tokens has ended"),
  ]);
  directory.remove(ADA);
  expect(await office.live(40)).toEqual([]);
  await office.audit();
});

test("CORE-29 service tokens: what is used is not announced, what is not comes in one mail for all", async () => {
  await using office = await openOffice();
  const { tokens, verify } = office.world;
  const issue = async (name: string) =>
    office.keep(await tokens.issue({ kind: "service", owner: ADA, actor: ADA, name }));
  const used = await issue("used");
  for (const name of ["first", "second", "third"]) {
    office.world.clock.pass({ minutes: 1 });
    await issue(name);
  }
  expect((await office.post()).map(({ subject }) => subject)).toEqual(
    ["used", "first", "second", "third"].map((name) => `You have a new token: ${name}`),
  );
  for (let week = 0; week < 3; week += 1) {
    expect(await verify(used.secret)).toMatchObject({ ok: true });
    expect(await office.live(7)).toEqual([]);
  }
  expect(await verify(used.secret)).toMatchObject({ ok: true });
  expect(await office.live(10)).toEqual([
    [2, "3 tokens of yours expire, the first in 7 days"],
    [8, "3 tokens of yours expire, the first in 1 day"],
    [9, "3 tokens of yours have expired"],
  ]);
  expect((await office.last()).text).toMatch(/first.+second.+third/s);

  const ending = await issue("ending");
  expect(await office.post()).toEqual([toAda("token.issued", "You have a new token: ending")]);
  await tokens.revokeCurrent(ending.secret);
  expect(await office.post()).toEqual([toAda("token.revoked", "Your token was revoked: ending")]);
  await issue("rest");
  expect(await office.post()).toEqual([toAda("token.issued", "You have a new token: rest")]);
  expect(await tokens.revokeAll({ owner: ADA, actor: MANAGER })).toEqual({ revoked: 2 });
  expect(await office.post()).toEqual([
    toAda("token.revoked", "Your token was revoked: used"),
    toAda("token.revoked", "Your token was revoked: rest"),
  ]);
  expect(await verify(used.secret)).toMatchObject({ code: "unknown_token" });
  await office.audit();
});

test("CRT-01 CRT-08 application tokens: a manager's deeds are told to the owner alone, a new life is announced anew", async () => {
  await using office = await openOffice();
  const { tokens } = office.world;
  const { token } = office.keep(
    await tokens.issue({
      ...{ kind: "application", owner: BOB, actor: MANAGER, name: "deploy" },
      ...{ access: "read", expiresIn: { months: 3 } },
    }),
  );
  expect(await office.post()).toEqual([toBob("token.issued", "You have a new token: deploy")]);
  // From 22 November on: 92 days.
  expect(await office.live(70)).toEqual([[62, "Your token expires in 30 days: deploy"]]);
  const renewal = { tokenId: token.id, actor: MANAGER, expiresIn: { months: 3 } };
  office.keep(await tokens.regenerate(renewal));
  expect(await office.post()).toEqual([
    toBob("token.regenerated", "Your token has a new secret: deploy"),
  ]);
  // From 31 January on, to 30 April: 89 days.
  expect(await office.live(80)).toEqual([[59, "Your token expires in 30 days: deploy"]]);
  await tokens.update({ ...renewal, name: "deployment" });
  expect(await office.post()).toEqual([toBob("token.updated", "Your token was changed: deploy")]);
  // From 21 April on: 91 days.
  expect(await office.live(100)).toEqual([
    [61, "Your token expires in 30 days: deployment"],
    [84, "Your token expires in 7 days: deployment"],
    [90, "Your token expires in 1 day: deployment"],
    [91, "Your token has expired: deployment"],
  ]);
  await office.audit();
});

/** Asks for a rotation and checks that its mail came. */
async function requested(office: Office): Promise<void> {
  await office.world.tokens.rotate({ owner: ADA, kind: "web", actor: ADA });
  expect(await office.post()).toEqual([
    toAda("rotation.requested", "Confirm the replacement of your token: site"),
  ]);
}

/** The code of the link in the mail that came last. */
async function codeOf(office: Office, deed: "confirm" | "cancel"): Promise<string> {
  return linkOf(await office.last(), deed).searchParams.get("code") ?? "";
}

test("EDG-09 EDG-12 CORE-32 a pair: the link of the mail confirms once, its other link cancels, and no other mail has one", async () => {
  const web = primaryBackup({ prefix: "acme_web", backupFor: { days: 40 } });
  await using office = await openOffice({ kinds: { ...KINDS, web } });
  const { tokens, clock, codeOf: answerTo } = office.world;
  const request = { owner: ADA, kind: "web", actor: ADA } as const;
  const first = office.keep(await tokens.issue({ ...request, name: "site" }));
  expect(await office.post()).toEqual([toAda("token.issued", "You have a new token: site")]);

  await requested(office);
  const before = await codeOf(office, "confirm");
  clock.pass({ minutes: 2 });
  await tokens.resendRotation(request);
  await tokens.resendRotation(request);
  expect(await office.post()).toEqual([
    toAda("rotation.requested", "Confirm the replacement of your token: site"),
  ]);
  expect(await codeOf(office, "confirm")).toBe(before);
  expect(await tokens.cancelRotation({ code: await codeOf(office, "cancel") })).toEqual({
    cancelled: true,
  });
  expect(await outcomeOf(tokens.confirmRotation({ code: before }))).toBe("rotation_code_invalid");
  expect(await office.post()).toEqual([
    toAda("rotation.cancelled", "The replacement of your token was cancelled: site"),
  ]);

  await requested(office);
  const code = await codeOf(office, "confirm");
  const second = office.keep(await tokens.confirmRotation({ code }));
  expect(await office.post()).toEqual([
    toAda("rotation.confirmed", "Your token was replaced: site"),
  ]);
  const listed = await tokens.list({ owner: ADA, actor: ADA });
  expect(await outcomeOf(tokens.confirmRotation({ code }))).toBe("rotation_code_invalid");
  expect(await tokens.list({ owner: ADA, actor: ADA })).toEqual(listed);
  expect([await answerTo(first.secret), await answerTo(second.secret)]).toEqual(["ok", "ok"]);
  expect(await office.post()).toEqual([]);

  await requested(office);
  const third = office.keep(
    await tokens.confirmRotation({ code: await codeOf(office, "confirm") }),
  );
  expect(await office.post()).toEqual([
    toAda("token.revoked", "Your token was revoked: site"),
    toAda("rotation.confirmed", "Your token was replaced: site"),
  ]);
  expect(await answerTo(first.secret)).toBe("unknown_token");
  await requested(office);
  const late = await codeOf(office, "confirm");
  // What nobody confirmed goes without a word, and a backup is meant to end.
  expect(await office.live(41)).toEqual([[40, "Your token has expired: site"]]);
  expect(await outcomeOf(tokens.confirmRotation({ code: late }))).toBe("rotation_code_invalid");
  expect([await answerTo(second.secret), await answerTo(third.secret)]).toEqual([
    ...["unknown_token", "ok"],
  ]);
  await office.audit();
});
