import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";

/** A mail server on this machine, for the example: it keeps what it is sent. In production it is your provider's. */
export interface PostOffice {
  readonly url: string;
  /** The next mail that arrives, each once, in order. */
  next(): Promise<ParsedMail>;
  close(): void;
}

export async function openPostOffice(): Promise<PostOffice> {
  const mails: ParsedMail[] = [];
  const waiting: ((mail: ParsedMail) => void)[] = [];
  const server = new SMTPServer({
    // On this machine alone: no names, no encryption.
    disabledCommands: ["AUTH", "STARTTLS"],
    onData(stream, _session, done) {
      simpleParser(stream).then((mail) => {
        const taker = waiting.shift();
        if (taker === undefined) mails.push(mail);
        else taker(mail);
        done();
      }, done);
    },
  });
  server.on("error", (error) => process.stderr.write(`SMTP: ${error.message}\n`));
  const listening = server.listen(0, "127.0.0.1");
  await once(listening, "listening");
  // A cast, as only a server on a pipe has another kind of address.
  const { port } = listening.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    next() {
      const mail = mails.shift();
      return mail === undefined
        ? new Promise((resolve) => waiting.push(resolve))
        : Promise.resolve(mail);
    },
    close: () => server.close(),
  };
}
