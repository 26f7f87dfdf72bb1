import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type ParsedMail, simpleParser } from "mailparser";
import { createTransport } from "nodemailer";
import { SMTPServer } from "smtp-server";
import type { MailTransport } from "../../../src/notifiers/mail/index.ts";

/** A mail as a server took it. */
export interface Received {
  readonly recipients: readonly string[];
  readonly isEncrypted: boolean;
  readonly mail: ParsedMail;
}

/** What the server answers instead of taking something: the number, and the text. */
export interface Refusals {
  sender?: readonly [number, string];
  recipient?: readonly [number, string];
  /** After the message, which it may repeat. */
  data?: (message: string) => readonly [number, string];
}

/** A mail server on the loopback, which takes mails over STARTTLS only. */
export interface MailServer extends AsyncDisposable {
  readonly received: Received[];
  readonly refusals: Refusals;
  /** A transport of nodemailer to it, with the right password or a wrong one. */
  transport(password?: string): MailTransport;
  close(): Promise<void>;
}

const PASSWORD = "right";

function refusal([responseCode, message]: readonly [number, string]): Error {
  return Object.assign(new Error(message), { responseCode });
}

export async function startMailServer(): Promise<MailServer> {
  const received: Received[] = [];
  const refusals: Refusals = {};
  const server = new SMTPServer({
    // It would warn that it has no certificate of its own.
    logger: false,
    authMethods: ["PLAIN"],
    onAuth: ({ password }, _session, done) =>
      password === PASSWORD ? done(null, { user: "shop" }) : done(refusal([535, "5.7.8 no"])),
    onMailFrom: (_address, _session, done) =>
      done(refusals.sender === undefined ? undefined : refusal(refusals.sender)),
    onRcptTo: (_address, _session, done) =>
      done(refusals.recipient === undefined ? undefined : refusal(refusals.recipient)),
    onData(stream, { envelope, secure }, done) {
      text(stream).then(async (message) => {
        if (refusals.data !== undefined) return done(refusal(refusals.data(message)));
        const recipients = envelope.rcptTo.map(({ address }) => address);
        received.push({ recipients, isEncrypted: secure, mail: await simpleParser(message) });
        done();
      }, done);
    },
  });
  // A client that refuses the certificate or goes away is what some tests are about.
  server.on("error", () => undefined);
  const listening = server.listen(0, "127.0.0.1");
  await once(listening, "listening");
  // A cast, as only a server on a pipe has another kind of address.
  const { port } = listening.address() as AddressInfo;
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return {
    received,
    refusals,
    transport: (pass = PASSWORD) =>
      createTransport({
        ...{ host: "127.0.0.1", port, requireTLS: true, auth: { user: "shop", pass } },
        // The certificate that the server brings along is nobody's.
        tls: { rejectUnauthorized: false },
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
}
