import type { Person } from "../people.ts";
import { html, type Markup } from "./html.ts";

/** "Application Users", the summary screen. */
export function applicationUsers(people: readonly Person[]): Markup {
  return html`<h1>Application Users</h1>
    <div class="card scrolls" tabindex="0" role="region" aria-label="Application Users">
      <table>
        <thead>
          <tr><th scope="col">User ID</th><th scope="col">Name</th><th scope="col">Role</th><th scope="col">API access</th></tr>
        </thead>
        <tbody>
          ${people.map(row)}
        </tbody>
      </table>
    </div>`;
}

function row(person: Person): Markup {
  return html`<tr>
    <td><a href="/security/users/${encodeURIComponent(person.id)}">${person.id}</a></td>
    <td>${person.profile.name}</td>
    <td>${person.profile.role}</td>
    <td>${standing(person)}</td>
  </tr>`;
}

function standing({ active, apiAccess }: Person): string {
  if (!active) return "not active";
  return apiAccess === false ? "off" : "on";
}

/** "Network Zones". */
export function networkZones(): Markup {
  return html`<h1>Network Zones</h1>
    <section class="card"><tokenry-zones heading="Zones of Acme"></tokenry-zones></section>`;
}

/** "Audit Trail". */
export function auditTrail(): Markup {
  return html`<h1>Audit Trail</h1>
    <section class="card"><tokenry-events notices></tokenry-events></section>`;
}
