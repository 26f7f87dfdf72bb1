import { expect, test } from "vitest";
import { type MailMessage, mailNotifier } from "../../../src/notifiers/mail/index.ts";
import { ADA, MANAGER } from "../../support/directory.ts";
import { createWorld } from "../../support/world.ts";

/** A world whose owner is mailed, and what was sent. */
function mailedWorld() {
  const sent: MailMessage[] = [];
  const notifier = mailNotifier({
    transport: { sendMail: async (message) => sent.push(message) },
    from: "Shop <no-reply@shop.example>",
    app: { name: "Shop" },
    links: { confirmRotation: (code) => `https://shop.example/rotation?code=${code}` },
  });
  const world = createWorld();
  world.directory.change(ADA, { email: "ada@acme.example" });
  return { sent, world, tokens: world.node({ notifier }) };
}

test("EDG-09 the link of the mail confirms the rotation", async () => {
  const { sent, tokens } = mailedWorld();
  const own = { owner: ADA, kind: "web", actor: ADA };
  const { secret } = await tokens.issue({ ...own, name: "laptop" });
  await tokens.rotate(own);
  await tokens.jobs.deliver();
  const text = sent.at(-1)?.text ?? "";
  const code = /code=(\S+)/.exec(text)?.[1] ?? "";
  const confirmed = await tokens.confirmRotation({ code });
  await tokens.jobs.deliver();
  expect(sent.map(({ subject }) => subject)).toEqual([
    "You have a new token: laptop",
    "Confirm the replacement of your token: laptop",
    "Your token was replaced: laptop",
  ]);
  for (const mail of sent) {
    expect(mail.to.address).toBe("ada@acme.example");
    for (const hidden of [secret, confirmed.secret])
      expect(JSON.stringify(mail)).not.toContain(hidden.reveal().slice(-8));
  }
});

test("OWN-08 what another did is said with the name, also to an owner who is inactive by then", async () => {
  const { sent, world, tokens } = mailedWorld();
  const { token } = await tokens.issue({ kind: "service", owner: ADA, actor: MANAGER, name: "ci" });
  world.directory.change(ADA, { active: false });
  await tokens.revoke({ tokenId: token.id, actor: MANAGER, reason: "left the team" });
  await tokens.jobs.deliver();
  expect(sent.map(({ subject }) => subject)).toEqual([
    "You have a new token: ci",
    "Your token was revoked: ci",
  ]);
  expect(sent[1]?.text).toContain(`Reason: left the team\nBy: ${MANAGER}\n`);
});
