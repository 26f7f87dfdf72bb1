import { createTokenry, fanOut, manyChoice, SYSTEM, type Tokenry } from "tokenry";
import { mailNotifier } from "tokenry/mail";
import { verifyWebhook, webhookNotifier } from "tokenry/webhook";

const subjects: string[] = [];
const signatures: boolean[] = [];
/** Made once: a worker may draw no randomness before its first request. */
const secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"];

/** The receiver of webhooks, which is no server: what a worker may call is not this test's affair. */
async function receive(url: string | URL | Request, init?: RequestInit): Promise<Response> {
  const { headers } = new Request(url, init ?? {});
  const verdict = verifyWebhook({ body: init?.body as string, headers }, { secrets });
  signatures.push(verdict.ok);
  return new Response(null, { status: 204 });
}

/** What the programs of all platforms protect. */
export const tokens: Tokenry<"personal", "orders" | "invoices"> = createTokenry({
  kinds: { personal: manyChoice({ prefix: "shop_pat" }) },
  apis: {
    orders: { limit: 600, window: { minutes: 1 } },
    invoices: { limit: 60, window: { minutes: 1 } },
  },
  directory: {
    find: (id) => ({ id, account: "acme", active: true, email: `${id}@acme.example` }),
  },
  notifier: fanOut({
    mail: mailNotifier({
      transport: { sendMail: async ({ subject }) => subjects.push(subject) },
      from: "Acme <no-reply@acme.example>",
      app: { name: "Acme" },
    }),
    webhook: webhookNotifier({
      endpoint: { url: "https://hooks.acme.example/tokens", secrets },
      fetch: receive,
    }),
  }),
});

/** The secrets of a run. */
export interface Secrets {
  readonly reader: string;
  readonly full: string;
  /** For calls from 127.0.0.1 alone. */
  readonly near: string;
  /** For calls from a network where no test runs. */
  readonly far: string;
  /** For counting what is left of a budget. */
  readonly first: string;
  readonly second: string;
  readonly many: string;
}

/** Issues what a run needs; a worker may only do so within a request. */
export async function issueSecrets(): Promise<Secrets> {
  const issue = async (name: string, more: object = {}): Promise<string> => {
    const request = {
      kind: "personal",
      owner: "ada",
      actor: SYSTEM,
      name,
      access: "full",
    } as const;
    return (await tokens.issue({ ...request, ...more })).secret.reveal();
  };
  return {
    reader: await issue("reader", { access: { orders: "read" } }),
    full: await issue("full"),
    near: await issue("near", { network: { include: ["127.0.0.1"] } }),
    far: await issue("far", { network: { include: ["198.51.100.0/24"] } }),
    first: await issue("first"),
    second: await issue("second"),
    many: await issue("many"),
  };
}

/** What a token's life looks like without HTTP, and whether there is a Node about. */
export async function liveThrough(): Promise<readonly string[]> {
  const issued = { kind: "personal", owner: "ada", actor: SYSTEM, name: "life" } as const;
  const { secret, token } = await tokens.issue({ ...issued, access: { orders: "read" } });
  const codes: string[] = [];
  const verify = async (method: string): Promise<void> => {
    const verdict = await tokens.verify(secret.reveal(), { api: "orders", method });
    codes.push(verdict.ok ? "accepted" : verdict.code);
  };
  await verify("GET");
  await verify("POST");
  await tokens.revoke({ tokenId: token.id, actor: SYSTEM });
  await verify("GET");
  await tokens.jobs.deliver();
  codes.push(subjects.includes("Your token was revoked: life") ? "mailed" : "not mailed");
  codes.push(signatures.length > 1 && !signatures.includes(false) ? "signed" : "not signed");
  // No type says so, as the repository's own tests run on Node.
  const { process } = globalThis as { readonly process?: { readonly pid?: number } };
  return [...codes, process?.pid === undefined ? "no process" : "a process"];
}
