import type { Person } from "../people.ts";
import { html, type Markup } from "./html.ts";
import { tryIt } from "./try-it.ts";

/** "View Profile": who it is, and the primary and backup token. */
export function viewProfile(person: Person, origin: string): Markup {
  return html`<h1>Profile</h1>
    <dl class="facts">
      <dt>Name</dt><dd>${person.profile.name}</dd>
      <dt>User ID</dt><dd>${person.id}</dd>
      <dt>Mail</dt><dd>${person.email}</dd>
      <dt>Role</dt><dd>${person.profile.role}</dd>
    </dl>
    <section class="card"><tokenry-tokens kind="web" heading="Web Services REST API Token"></tokenry-tokens></section>
    ${tryIt(origin)}`;
}

/** "Edit Profile": what a person changes of themselves; in the demo, the one personal token. */
export function editProfile(origin: string): Markup {
  return html`<h1>Edit Profile</h1>
    <section class="card"><tokenry-tokens kind="personal" heading="API Token"></tokenry-tokens></section>
    ${tryIt(origin)}`;
}

/** "API Tokens": a person's tokens for programs, and those that an administrator made. */
export function apiTokens(origin: string): Markup {
  return html`<h1>API Tokens</h1>
    <section class="card"><tokenry-tokens kind="service" heading="Your tokens"></tokenry-tokens></section>
    <section class="card"><tokenry-tokens kind="application" heading="Made by an administrator"></tokenry-tokens></section>
    ${tryIt(origin)}`;
}
