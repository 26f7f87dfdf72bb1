import { createTransport } from "nodemailer";
import { type Notifier, type Repository, SYSTEM } from "../../../src/index.ts";
import { type MailTransport, mailNotifier } from "../../../src/notifiers/mail/index.ts";
import type { MailServer } from "../../fixtures/mail-server.ts";
import { ACCOUNT } from "../../support/directory.ts";
import { createWorld, type World } from "../../support/world.ts";
import { groupBy } from "./group-by.ts";

export const CONCURRENCY = 8;

/** How a transport has been used. */
export interface CountingTransport extends MailTransport {
  /** How many mails it was given, each of which it opens a connection for. */
  readonly tries: number;
}

/** A world that mails through a server. */
export interface MailingWorld extends World {
  readonly transport: CountingTransport;
  /** Issues a token to an owner of its own, whose address is `<owner>@acme.example`. */
  issueTo(owner: string): Promise<string>;
  /** Lets seconds pass one by one, with a pass of deliveries in each, until there are no more or until `enough` says so. */
  pass(seconds: number, enough?: () => boolean): Promise<number>;
}

/** Makes one, over a repository. */
export function mailingWorld(server: MailServer, repository: Repository): MailingWorld {
  const transport = countingTransport(server);
  const notifier: Notifier = mailNotifier({
    transport,
    from: "Acme <no-reply@acme.example>",
    app: { name: "Acme" },
  });
  const world = createWorld({ repository, notifier, delivery: { concurrency: CONCURRENCY } });
  return {
    ...world,
    transport,
    async issueTo(owner) {
      world.directory.change(owner, { account: ACCOUNT, email: `${owner}@acme.example` });
      const { token } = await world.tokens.issue({
        ...{ kind: "service", owner, actor: SYSTEM, name: `token of ${owner}` },
      });
      return token.id;
    },
    async pass(seconds, enough = () => false) {
      for (let second = 0; second < seconds; second += 1) {
        if (enough()) return second;
        world.clock.pass({ seconds: 1 });
        await world.tokens.jobs.deliver();
      }
      return seconds;
    },
  };
}

function countingTransport({ host, port }: MailServer): CountingTransport {
  const transport = createTransport({ host, port, ignoreTLS: true });
  let tries = 0;
  return {
    get tries() {
      return tries;
    },
    sendMail(message) {
      tries += 1;
      return transport.sendMail(message);
    },
  };
}

/** The notices of the account in the order of the trail: of each the id and its token. */
export async function trailOf({
  repository,
}: World): Promise<readonly { readonly id: string; readonly tokenId: string | null }[]> {
  const events = await repository.events({ account: ACCOUNT, limit: 100_000 });
  return events
    .filter(({ deliver }) => deliver)
    .sort((left, right) => left.sequence - right.sequence)
    .map(({ id, tokenId }) => ({ id, tokenId }));
}

/** Sorted by token, each token's in the order in which they are given. */
export function byToken(
  notices: readonly { readonly id: string; readonly tokenId: string | null }[],
): Readonly<Record<string, readonly string[]>> {
  const groups = groupBy(notices, ({ tokenId }) => tokenId ?? "");
  return Object.fromEntries(
    [...groups].map(([tokenId, group]) => [tokenId, group.map(({ id }) => id)]),
  );
}
