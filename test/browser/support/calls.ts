import type { Desk } from "./desk.ts";

/** Calls an API of the console as a program does, and tells how that was answered. */
export async function call(
  { app }: Desk,
  secret: string,
  { api = "orders", method = "GET" } = {},
): Promise<number> {
  const headers = { authorization: `Bearer ${secret}` };
  const response = await fetch(`${app.origin}/api/${api}`, { method, headers });
  await response.arrayBuffer();
  return response.status;
}

/** The subjects of the mails to a person, newest first, once there are so many. */
export async function mailsTo(
  { app }: Desk,
  personId: string,
  count: number,
): Promise<readonly string[]> {
  const mails = () => app.outbox.mails(`${personId}@acme.example`);
  for (let tries = 0; mails().length < count && tries < 100; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return mails().map(({ message }) => message.subject);
}
