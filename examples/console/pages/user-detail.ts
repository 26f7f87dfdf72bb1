import { isMaster, type Person } from "../people.ts";
import { html, type Markup } from "./html.ts";

/** The HTTP methods that the three APIs have. */
export const METHODS = ["GET", "POST"] as const;

const TABS = [
  { id: "general", label: "General" },
  { id: "api-tokens", label: "API Tokens" },
  { id: "access", label: "Access" },
  { id: "events", label: "Events" },
] as const;

/** The "User Detail" screen: tabs, the menu that shows and hides them, and the way back to the summary screen. */
export function userDetail(person: Person, viewer: Person): Markup {
  const panels = {
    general: general(person, viewer),
    "api-tokens": html`<tokenry-owner-tokens owner="${person.id}" owner-name="${person.profile.name}" kind="application" heading="API Tokens"></tokenry-owner-tokens>`,
    access: access(person),
    events: html`<tokenry-events owner="${person.id}"></tokenry-events>`,
  };
  return html`<div class="title">
      <h1>User Detail: ${person.profile.name}</h1>
      <details class="menu at-end">
        <summary class="icon" aria-label="Menu"><svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true"><path d="M3 5h12M3 9h12M3 13h12"></path></svg></summary>
        <div class="menu-items"><button type="button" data-opens="tabs">Tabs</button></div>
      </details>
      <a class="icon" href="/security/users" aria-label="Close"><svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true"><path d="M4 4l10 10M14 4L4 14"></path></svg></a>
    </div>
    <div class="tabs" role="tablist" aria-label="User Detail">${TABS.map(tab)}</div>
    ${TABS.map(({ id }) => html`<section class="card" role="tabpanel" id="panel-${id}" aria-labelledby="tab-${id}" tabindex="0">${panels[id]}</section>`)}
    <dialog id="tabs" aria-labelledby="tabs-heading">
      <form method="dialog">
        <h2 id="tabs-heading">Tabs</h2>
        ${TABS.map(({ id, label }) => html`<label><input type="checkbox" data-shows="${id}" checked> ${label}</label>`)}
        <button>Done</button>
      </form>
    </dialog>`;
}

function tab({ id, label }: (typeof TABS)[number]): Markup {
  return html`<button type="button" role="tab" id="tab-${id}" aria-controls="panel-${id}">${label}</button>`;
}

function general(person: Person, viewer: Person): Markup {
  return html`<h2>General</h2>
    <dl class="facts">
      <dt>User ID</dt><dd>${person.id}</dd>
      <dt>Name</dt><dd>${person.profile.name}</dd>
      <dt>Mail</dt><dd>${person.email}</dd>
      <dt>Role</dt><dd>${person.profile.role}</dd>
      <dt>Status</dt><dd>${person.active ? "active" : "not active"}</dd>
    </dl>
    ${isMaster(viewer) ? switches(person) : undefined}`;
}

/** What only a master administrator has. */
function switches(person: Person): Markup {
  const checked = (isOn: boolean): Markup | undefined => (isOn ? html` checked` : undefined);
  const mayUse = (method: string): boolean => person.methods?.includes(method) ?? true;
  return html`<form class="switches" method="post" action="/security/users/${encodeURIComponent(person.id)}">
    <fieldset>
      <legend>API access</legend>
      <label><input type="checkbox" name="active"${checked(person.active)}> Active</label>
      <label><input type="checkbox" name="apiAccess"${checked(person.apiAccess !== false)}> API access</label>
    </fieldset>
    <fieldset>
      <legend>HTTP methods</legend>
      ${METHODS.map((method) => html`<label><input type="checkbox" name="method" value="${method}"${checked(mayUse(method))}> ${method}</label>`)}
    </fieldset>
    <button class="primary">Save</button>
  </form>`;
}

function access(person: Person): Markup {
  const methods = person.methods ?? METHODS;
  return html`<h2>Access</h2>
    <p>What this user may call now. A token never may more than its owner.</p>
    <dl class="facts">
      <dt>API access</dt><dd>${person.active && person.apiAccess !== false ? "on" : "off"}</dd>
      <dt>HTTP methods</dt><dd>${methods.length === 0 ? "none" : methods.join(", ")}</dd>
    </dl>`;
}
