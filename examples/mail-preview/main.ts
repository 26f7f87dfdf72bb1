import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createTransport } from "nodemailer";
import type { Notice } from "tokenry";
import { type MailOptions, mailNotifier, renderMail } from "tokenry/mail";
import { german } from "./german.ts";
import { SAMPLES, type Sample } from "./notices.ts";
import { indexPage, type Page } from "./pages.ts";

const [folder = await mkdtemp(join(tmpdir(), "tokenry-mails-"))] = process.argv.slice(2);
await mkdir(folder, { recursive: true });

/** A transport that sends nothing, and gives the message back as it would have gone over the wire. */
const transport = createTransport({ streamTransport: true, buffer: true, newline: "unix" });

function optionsFor(language: string): Omit<MailOptions, "transport"> {
  const link = (path: string): string => `https://shop.example/${path}`;
  return {
    from: "Shop <no-reply@shop.example>",
    app: { name: "Shop", url: "https://shop.example" },
    links: {
      tokens: () => link("settings/tokens"),
      confirmRotation: (code) => link(`rotation?code=${code}`),
      cancelRotation: (code) => link(`rotation/cancel?code=${code}`),
      help: () => link("help/api-tokens"),
    },
    locale: () => language,
    timeZone: () => (language === "de" ? "Europe/Berlin" : undefined),
    languages: { de: german },
  };
}

/** The message as a mail program opens it. */
async function wireMessage(notice: Notice, language: string): Promise<string> {
  let written = "";
  const keeping = {
    async sendMail(message: Parameters<typeof transport.sendMail>[0]) {
      const { message: raw } = await transport.sendMail(message);
      if (Buffer.isBuffer(raw)) written = raw.toString();
    },
  };
  await mailNotifier({ ...optionsFor(language), transport: keeping }).deliver(notice);
  return written;
}

async function writePage({ title, notice }: Sample, language: string): Promise<Page | undefined> {
  const mail = renderMail(notice, optionsFor(language));
  if (mail === undefined) return undefined;
  const file = `${language}-${title.replace(/[^a-z]+/gi, "-").toLowerCase()}`;
  const path = join(folder, file);
  await writeFile(`${path}.html`, mail.html);
  await writeFile(`${path}.txt`, `Subject: ${mail.subject}\n\n${mail.text}`);
  await writeFile(`${path}.eml`, await wireMessage(notice, language));
  return { file, language, title, mail };
}

const pages: Page[] = [];
for (const language of ["en", "de"]) {
  for (const sample of SAMPLES) {
    const page = await writePage(sample, language);
    if (page !== undefined) pages.push(page);
  }
}
await writeFile(join(folder, "index.html"), indexPage(pages));
process.stdout.write(`${pages.length} mails: open ${join(resolve(folder), "index.html")}\n`);
