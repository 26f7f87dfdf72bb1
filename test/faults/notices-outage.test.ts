import { describe, expect, test } from "vitest";
import { SYSTEM } from "../../src/index.ts";
import { type MailServer, type Refusal, startMailServer } from "../fixtures/mail-server.ts";
import { REPOSITORIES } from "../support/repositories.ts";
import {
  byToken,
  CONCURRENCY,
  type MailingWorld,
  mailingWorld,
  trailOf,
} from "./notices/mailing.ts";
import { say } from "./outage/figures.ts";

const TOKENS = 150;
const HOUR_S = 3600;

/** A burst before the channel is left alone, of which four may fail one by one; then, at the most, a try each half minute. */
const MOST_TRIES_IN_AN_HOUR = 4 + CONCURRENCY + HOUR_S / 30;

const REFUSED = (status: number, text: string): Refusal => ({ status, text });

/** What the server took, with the token of each. */
async function taken(world: MailingWorld, { mails }: MailServer) {
  const tokens = new Map((await trailOf(world)).map(({ id, tokenId }) => [id, tokenId]));
  return mails.map(({ noticeId }) => ({ id: noticeId, tokenId: tokens.get(noticeId) ?? null }));
}

describe.each(REPOSITORIES)(
  "CORE-71, ASVS 16.5.2 a mail server, over $store",
  ({ store, open }) => {
    test("that is down for an hour: nothing is lost, nothing is parked, hardly anybody asks for it, and all comes in order afterwards", async () => {
      await using server = await startMailServer();
      const world = mailingWorld(server, await open());
      const ids = await Promise.all(
        Array.from({ length: TOKENS }, (_, index) => world.issueTo(`owner-${index}`)),
      );
      await server.stop();
      for (const [index, tokenId] of ids.entries()) {
        if (index % 5 === 0) await world.pass(HOUR_S / (TOKENS / 5));
        await world.tokens.update({ tokenId, actor: SYSTEM, name: "renamed" });
        if (index % 3 === 0) await world.tokens.revoke({ tokenId, actor: SYSTEM });
      }
      const triesDown = world.transport.tries;
      expect(server.mails).toEqual([]);
      expect(triesDown).toBeLessThanOrEqual(MOST_TRIES_IN_AN_HOUR);

      await server.start();
      const notices = await trailOf(world);
      const seconds = await world.pass(HOUR_S, () => server.mails.length >= notices.length);
      expect(byToken(await taken(world, server))).toEqual(byToken(notices));
      expect(await world.tokens.notices.parked({ actor: SYSTEM })).toEqual({ notices: [] });
      expect(server.mostAtOnce).toBeLessThanOrEqual(CONCURRENCY);
      expect(await world.tokens.jobs.deliver()).toEqual({ delivered: 0, retried: 0, parked: 0 });
      say(store, "mail server down for an hour", {
        notices: notices.length,
        triesDown,
        seconds,
        mostAtOnce: server.mostAtOnce,
      });
    }, 120_000);

    test("that refuses some for now and one for good: that one is parked, and goes when there is such a mailbox", async () => {
      const seen = new Set<string>();
      let hasMailbox = false;
      await using server = await startMailServer({
        refuse(recipient) {
          if (recipient === "gone@acme.example" && !hasMailbox) return REFUSED(550, "no such user");
          // As those do that know a sender only from its second try on.
          if (!recipient.startsWith("grey") || seen.has(recipient)) return;
          seen.add(recipient);
          return REFUSED(451, "try again later");
        },
      });
      const world = mailingWorld(server, await open());
      const gone = await world.issueTo("gone");
      for (let index = 0; index < 40; index += 1)
        await world.issueTo(`${index % 4 === 0 ? "grey" : "owner"}-${index}`);
      await world.tokens.update({ tokenId: gone, actor: SYSTEM, name: "renamed" });
      const notices = await trailOf(world);
      await world.pass(600, () => server.mails.length >= notices.length - 2);
      const parked = notices.filter(({ tokenId }) => tokenId === gone);
      expect(server.mails.map(({ noticeId }) => noticeId).toSorted()).toEqual(
        notices
          .filter((notice) => !parked.includes(notice))
          .map(({ id }) => id)
          .toSorted(),
      );
      const listed = (await world.tokens.notices.parked({ actor: SYSTEM })).notices;
      expect(listed.map(({ event, tries }) => [event.id, tries])).toEqual(
        parked.map(({ id }) => [id, 1]),
      );
      for (const { failure } of listed) expect(failure).toContain("550");

      await world.pass(60);
      expect(server.mails).toHaveLength(notices.length - 2);
      hasMailbox = true;
      expect(await world.tokens.notices.retry({ actor: SYSTEM })).toEqual({ retried: 2 });
      await world.pass(5);
      expect(byToken(await taken(world, server))).toEqual(byToken(notices));
      expect(await world.tokens.notices.parked({ actor: SYSTEM })).toEqual({ notices: [] });
    }, 60_000);
  },
);
