import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { redirect, sendPage } from "./answers.ts";
import { answerForm } from "./forms.ts";
import type { Markup } from "./pages/html.ts";
import { layout } from "./pages/layout.ts";
import { messagePage } from "./pages/message.ts";
import { findPage } from "./pages/pages.ts";
import { signInPage } from "./pages/sign-in.ts";
import { isManager, type Person } from "./people.ts";
import type { SiteParts } from "./site-parts.ts";
import { sendFile } from "./static-files.ts";

/** Answers everything: files, the management API, the application's own APIs, forms and pages. */
export function createSite(site: SiteParts): RequestListener {
  return (request, response) => {
    const [path = "/"] = (request.url ?? "/").split("?", 1);
    const file = site.files.get(path);
    if (file !== undefined) return sendFile(response, file);
    if (path.startsWith("/tokenry/")) return site.management(request, response);
    const api = site.tryIt.get(path);
    if (api !== undefined) return api(request, response);
    answer(site, path, request, response).catch((error: unknown) => {
      process.stderr.write(`${error}\n`);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    });
  };
}

async function answer(
  site: SiteParts,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const person = signedIn(site, request);
  if (request.method === "POST") return answerForm(site, { path, person }, request, response);
  if (path === "/sign-in") {
    const { searchParams } = new URL(request.url ?? "/", site.origin);
    const choices = site.people.all().filter(({ profile }) => profile.signsIn);
    return sendPage(response, 200, signInPage(choices, searchParams.get("then") ?? "/profile"));
  }
  // What follows # goes along with a redirect: a link of a mail still leads where it should.
  if (person === undefined)
    return redirect(response, `/sign-in?then=${encodeURIComponent(pageOf(path))}`);
  if (path === "/") return redirect(response, "/profile");
  const { status, page } = pageFor(site, path, person);
  sendPage(response, status, page);
}

function pageFor(site: SiteParts, path: string, person: Person): { status: number; page: Markup } {
  const page = findPage(path);
  const content = page?.show({ ...site, path, person });
  if (page === undefined || content === undefined)
    return { status: 404, page: messagePage("Not found", "There is no such page.") };
  if (page.forManagers && !isManager(person))
    return { status: 403, page: messagePage("Not allowed", "Ask an administrator.") };
  return { status: 200, page: layout({ title: page.title, path, person, content }) };
}

function signedIn({ sessions, people }: SiteParts, request: IncomingMessage): Person | undefined {
  return people.find(sessions.personIdOf(request.headers.cookie) ?? "");
}

function pageOf(path: string): string {
  return path === "/" ? "/profile" : path;
}
