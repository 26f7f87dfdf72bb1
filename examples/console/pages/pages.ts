import type { Outbox } from "../outbox.ts";
import type { People, Person } from "../people.ts";
import type { Markup } from "./html.ts";
import { outboxPage } from "./outbox.ts";
import { apiTokens, editProfile, viewProfile } from "./profile.ts";
import { applicationUsers, auditTrail, networkZones } from "./security.ts";
import { userDetail } from "./user-detail.ts";

/** Who looks at which page, and what there is to show. */
export interface Visit {
  readonly path: string;
  readonly person: Person;
  readonly origin: string;
  readonly people: People;
  readonly outbox: Outbox;
}

export interface Page {
  readonly title: string;
  /** Whether only those who manage tokens see it. */
  readonly forManagers: boolean;
  /** `undefined`: there is no such thing. */
  show(visit: Visit): Markup | undefined;
}

const USER = /^\/security\/users\/([^/]+)$/;

const PAGES: ReadonlyMap<string, Page> = new Map([
  ["/profile", page("Profile", ({ person, origin }) => viewProfile(person, origin))],
  ["/profile/edit", page("Edit Profile", ({ origin }) => editProfile(origin))],
  ["/tokens", page("API Tokens", ({ origin }) => apiTokens(origin))],
  [
    "/outbox",
    page("Outbox", ({ outbox, person }) => outboxPage(outbox.mails(person.email), person.email)),
  ],
  [
    "/security/users",
    forManagers("Application Users", ({ people }) => applicationUsers(people.all())),
  ],
  ["/security/zones", forManagers("Network Zones", networkZones)],
  ["/security/events", forManagers("Audit Trail", auditTrail)],
]);

const USER_DETAIL: Page = forManagers("User Detail", ({ path, people, person }) => {
  const user = people.find(userIdOf(path) ?? "");
  return user === undefined ? undefined : userDetail(user, person);
});

export function findPage(path: string): Page | undefined {
  return PAGES.get(path) ?? (USER.test(path) ? USER_DETAIL : undefined);
}

/** The user whom a path names. */
export function userIdOf(path: string): string | undefined {
  const [, id] = USER.exec(path) ?? [];
  try {
    return id === undefined ? undefined : decodeURIComponent(id);
  } catch {
    return undefined;
  }
}

function page(title: string, show: Page["show"]): Page {
  return { title, forManagers: false, show };
}

function forManagers(title: string, show: Page["show"]): Page {
  return { title, forManagers: true, show };
}
