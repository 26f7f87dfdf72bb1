import assert from "node:assert/strict";
import { type ParsedMail, simpleParser } from "mailparser";
import { createTransport } from "nodemailer";
import type { EventType, Issued, Repository, TokenryOptions } from "../../../src/index.ts";
import { mailNotifier } from "../../../src/notifiers/mail/index.ts";
import { type MailServer, startMailServer } from "../../fixtures/mail-server.ts";
import { openRepository } from "../../fixtures/sqlite-file.ts";
import { CERTIFICATE } from "../../notifiers/webhook/certificate.ts";
import { ADA, BOB, MANAGER } from "../../support/directory.ts";
import { createWorld, PEPPERS, type World } from "../../support/world.ts";

const ACCOUNT = { user: "acme", password: "a password that only the mail server knows" };

/** What somebody found in a mailbox. */
export interface Post {
  readonly to: string;
  readonly subject: string;
  readonly type: EventType | undefined;
}

/** A world whose notices are mailed, over TLS and with a password, and what is in the mailboxes. */
export interface Office extends AsyncDisposable {
  readonly world: World;
  /** Keeps a secret in mind, so that `audit` looks for it. Gives back what it is given. */
  keep(issued: Issued): Issued;
  /** Delivers what waits, and gives what has come since the last time, in order. */
  post(): Promise<readonly Post[]>;
  /** Lets days pass one by one, with a pass of all jobs on each, and gives what has come on which day. */
  live(days: number): Promise<readonly (readonly [day: number, subject: string])[]>;
  /** The last mail. */
  last(): Promise<ParsedMail>;
  /** Checks that nothing went wrong, came twice or was put aside, and that no mail tells what must not be told. */
  audit(): Promise<void>;
}

/** Opens one, for a test. */
export async function openOffice(options: Partial<TokenryOptions> = {}): Promise<Office> {
  const server = await startMailServer({ account: ACCOUNT });
  const store = await openRepository();
  const hashes = new Set<string>();
  const world = createWorld({
    repository: rememberingHashes(store.repository, hashes),
    notifier: mailNotifier({
      transport: transportTo(server),
      from: "Acme <no-reply@acme.example>",
      app: { name: "Acme", url: "https://acme.example" },
      links: {
        tokens: () => "https://acme.example/tokens",
        confirmRotation: (code) => `https://acme.example/rotation/confirm?code=${code}`,
        cancelRotation: (code) => `https://acme.example/rotation/cancel?code=${code}`,
      },
    }),
    // One after the other: then it is known which comes first.
    delivery: { concurrency: 1 },
    ...options,
  });
  for (const owner of [ADA, BOB, MANAGER])
    world.directory.change(owner, { email: `${owner}@acme.example` });
  const office = new MailOffice(world, server, hashes);
  return Object.assign(office, {
    async [Symbol.asyncDispose]() {
      await world.tokens.close();
      await server[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  });
}

function transportTo({ host, port }: MailServer) {
  const { user, password: pass } = ACCOUNT;
  const tls = { ca: CERTIFICATE };
  return createTransport({ ...{ host, port, requireTLS: true, tls }, auth: { user, pass } });
}

function rememberingHashes(repository: Repository, hashes: Set<string>): Repository {
  return {
    ...repository,
    commit(change) {
      for (const { hash } of change.insert ?? []) if (hash !== null) hashes.add(hash);
      for (const { set } of change.update ?? []) if (set.hash) hashes.add(set.hash);
      return repository.commit(change);
    },
  };
}

class MailOffice {
  readonly world: World;
  readonly #server: MailServer;
  readonly #hashes: ReadonlySet<string>;
  readonly #secrets = new Set<string>();
  #read = 0;

  constructor(world: World, server: MailServer, hashes: ReadonlySet<string>) {
    this.world = world;
    this.#server = server;
    this.#hashes = hashes;
  }

  keep(issued: Issued): Issued {
    this.#secrets.add(issued.secret.reveal());
    return issued;
  }

  async post(): Promise<readonly Post[]> {
    await this.world.tokens.jobs.deliver();
    const mails = this.#server.mails.slice(this.#read);
    this.#read += mails.length;
    const types = new Map((await this.world.trail()).map(({ id, type }) => [id, type]));
    return Promise.all(
      mails.map(async ({ to, raw, noticeId }) => {
        const { subject = "" } = await simpleParser(raw);
        return { to, subject, type: types.get(noticeId) };
      }),
    );
  }

  async live(days: number): Promise<readonly (readonly [number, string])[]> {
    const came: [number, string][] = [];
    const { clock, tokens } = this.world;
    for (let day = 1; day <= days; day += 1) {
      clock.pass({ days: 1 });
      await tokens.jobs.sweep();
      await tokens.jobs.remind();
      for (const { subject } of await this.post()) came.push([day, subject]);
    }
    return came;
  }

  last(): Promise<ParsedMail> {
    return simpleParser(this.#server.mails.at(-1)?.raw ?? "");
  }

  async audit(): Promise<void> {
    const { mails } = this.#server;
    assert.deepEqual(await this.post(), [], "something was left");
    assert.deepEqual(this.world.errors, []);
    assert.equal(new Set(mails.map(({ noticeId }) => noticeId)).size, mails.length, "one twice");
    const parked = await this.world.repository.parkedNotices({ limit: 10 });
    assert.deepEqual(parked, []);
    assert.ok(this.#secrets.size > 0 && this.#hashes.size >= this.#secrets.size);
    for (const { raw } of mails) await this.#checkSecrecy(raw);
  }

  /** Neither as it came, nor as it is read. */
  async #checkSecrecy(raw: string): Promise<void> {
    const { text = "", html } = await simpleParser(raw);
    const told = [raw, raw.replaceAll("=\r\n", ""), text, String(html)].join("\n");
    const bodies = [...this.#secrets].map((secret) => secret.slice(secret.lastIndexOf("_") + 1));
    const keys = PEPPERS.map(({ key }) => String(key));
    for (const hidden of [...bodies, ...this.#hashes, ...keys, ACCOUNT.password])
      assert.ok(!told.includes(hidden), "a mail tells what it must not");
    const isLink = /^x-tokenry-notice/im.test(raw) && text.includes("/rotation/confirm?code=");
    assert.equal(/code=/.test(told), isLink);
  }
}

/** Where a mail's link leads, by the word before it in the link's path: from the text part, and the same in the HTML. */
export function linkOf({ text = "", html }: ParsedMail, deed: "confirm" | "cancel"): URL {
  const pattern = new RegExp(`https://acme\\.example/rotation/${deed}\\?code=[^\\s"<>]+`, "g");
  const links = [...text.matchAll(pattern), ...String(html).matchAll(pattern)].map(
    ([link]) => link,
  );
  assert.equal(new Set(links).size, 1, `one link to ${deed}, in both parts`);
  return new URL(links[0] ?? "");
}
