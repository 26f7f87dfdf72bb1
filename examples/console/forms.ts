import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { redirect, sendPage } from "./answers.ts";
import { messagePage } from "./pages/message.ts";
import { userIdOf } from "./pages/pages.ts";
import { METHODS } from "./pages/user-detail.ts";
import { isMaster, type Person } from "./people.ts";
import type { SiteParts } from "./site-parts.ts";

const LONGEST_FORM = 2048;

/** Who sends a form, and to where. */
interface Sent {
  readonly path: string;
  readonly person: Person | undefined;
}

/** Answers the console's own forms: to sign in and out, and the switches of a master administrator. */
export async function answerForm(
  site: SiteParts,
  { path, person }: Sent,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Browsers say with each form from where it was sent.
  if (request.headers.origin !== site.origin) return refuse(response, "It came from elsewhere.");
  if (!(Number(request.headers["content-length"]) <= LONGEST_FORM))
    return refuse(response, "The form is too long.");
  const form = new URLSearchParams(await text(request));
  if (path === "/sign-in") {
    // Who signs in as somebody else leaves no session behind.
    site.sessions.end(request.headers.cookie);
    return signIn(site, form, response);
  }
  if (path === "/sign-out")
    return redirect(response, "/sign-in", site.sessions.end(request.headers.cookie));
  const userId = userIdOf(path);
  if (userId === undefined || person === undefined || !isMaster(person))
    return refuse(response, "Only a master administrator may do this.");
  await changeSwitches(site, userId, form);
  redirect(response, path);
}

function signIn({ people, sessions }: SiteParts, form: URLSearchParams, response: ServerResponse) {
  const person = people.find(form.get("person") ?? "");
  if (person?.profile.signsIn !== true) return refuse(response, "There is no such person.");
  redirect(response, ownPath(form.get("then") ?? ""), sessions.begin(person.id));
}

/** A path of the console: a link must not lead through its sign-in page to another site. */
function ownPath(path: string): string {
  return /^\/(?![/\\])[\w/%.-]*$/.test(path) ? path : "/profile";
}

/** Changes what a user may do, and tells tokenry, which remembers a user for a few seconds. */
async function changeSwitches(site: SiteParts, userId: string, form: URLSearchParams) {
  site.people.change(userId, {
    active: form.has("active"),
    apiAccess: form.has("apiAccess"),
    methods: METHODS.filter((method) => form.getAll("method").includes(method)),
  });
  await site.tokens.ownerChanged(userId);
}

function refuse(response: ServerResponse, sentence: string): void {
  sendPage(response, 403, messagePage("Not allowed", sentence));
}
