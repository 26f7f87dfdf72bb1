import { readdirSync, readFileSync } from "node:fs";
import { STATUS_CODES } from "node:http";
import { describe, expect, test } from "vitest";
import { DENIALS, HTTP_REFUSALS } from "../../src/errors.ts";
import type { AccessTokens } from "../../src/http/access-tokens.ts";
import type { Answer } from "../../src/http/answer.ts";
import { Gate } from "../../src/http/gate.ts";
import type { HttpOptions } from "../../src/http/options.ts";
import type { RequestReader } from "../../src/http/request-reader.ts";
import type { Requirement } from "../../src/http/requirement.ts";
import type { IssueRequest, TokenryOptions } from "../../src/index.ts";
import { ADA } from "../support/directory.ts";
import { createWorld, type World } from "../support/world.ts";

const FOLDER = "docs/problems";

/** A GET of /orders: what it says of who sends it. */
interface Call {
  readonly authorization?: string;
}

const reader: RequestReader<Call> = {
  method: () => "GET",
  peer: () => "203.0.113.7",
  target: () => "/orders",
  lines: ({ authorization }, name) =>
    name === "authorization" && authorization !== undefined ? [authorization] : [],
};

/** A host as the pages assume it: all options of the HTTP layer at their defaults. */
class Host {
  readonly world: World;
  readonly #gate: Gate<Call, string, string, unknown>;

  constructor(tokenry: Partial<TokenryOptions> = {}, options: HttpOptions<Call> = {}) {
    this.world = createWorld(tokenry);
    const { tokens, clock } = this.world;
    this.#gate = new Gate(tokens, { clock, ...options }, reader);
  }

  async ask(call: Call, requirement: Requirement<Call> = {}): Promise<Answer> {
    const admission = await this.#gate.protect("orders", requirement)(call);
    return admission.outcome === "refused"
      ? admission.answer
      : { status: 200, headers: [], body: "" };
  }

  async bearer(request: Partial<IssueRequest> = {}): Promise<Call> {
    const { secret } = await this.world.issue(request);
    return { authorization: `Bearer ${secret.reveal()}` };
  }
}

/** A host that takes access tokens, all of which are refused so. */
function refusing(code: "invalid_dpop_proof" | "use_dpop_nonce"): Promise<Answer> {
  const accessTokens: AccessTokens = {
    verify: () => Promise.resolve({ ok: false, code, ...DENIALS[code] }),
    dpop: { algorithms: ["ES256"], isRequired: false, nonce: () => "d0kVH4lMLqVMnZ3v6bQZtA" },
    resourceMetadata: undefined,
  };
  return new Host({}, { accessTokens }).ask({ authorization: "DPoP eyJ0eXAi.eyJpc3Mi.c2ln" });
}

/** How each answer is come by, in the order of the checks. */
const ANSWERS: Readonly<Record<string, () => Promise<Answer>>> = {
  missing_token: () => new Host().ask({}),
  invalid_request: () => new Host().ask({ authorization: "Bearer one, Bearer two" }),
  too_many_failures: async () => {
    const host = new Host();
    const guess = { authorization: "Bearer acme_svc_guess" };
    for (let failures = 0; failures < 30; failures += 1) await host.ask(guess);
    return host.ask(guess);
  },
  invalid_token: () => new Host().ask({ authorization: "Bearer acme_svc_guess" }),
  invalid_dpop_proof: () => refusing("invalid_dpop_proof"),
  use_dpop_nonce: () => refusing("use_dpop_nonce"),
  api_access_disabled: async () => {
    const host = new Host();
    const call = await host.bearer();
    host.world.directory.change(ADA, { apiAccess: false });
    await host.world.tokens.ownerChanged(ADA);
    return host.ask(call);
  },
  network_denied: async () => {
    const host = new Host();
    return host.ask(await host.bearer({ network: { include: ["10.0.0.0/8"] } }));
  },
  access_denied: async () => {
    const host = new Host();
    return host.ask(await host.bearer(), { permits: () => false });
  },
  budget_exceeded: async () => {
    const host = new Host();
    const call = await host.bearer();
    await host.ask(call, { cost: 300 });
    return host.ask(call);
  },
  unavailable: async () => {
    const find = () => Promise.reject(new Error("the directory is away"));
    const host = new Host({ directory: { find } });
    const { secret } = await new Host({ repository: host.world.repository }).world.issue();
    return host.ask({ authorization: `Bearer ${secret.reveal()}` });
  },
};

function pageOf(code: string): string {
  return readFileSync(`${FOLDER}/${code.replaceAll("_", "-")}.md`, "utf8");
}

/** An answer as HTTP/1.1 writes it. */
function written({ status, headers, body }: Answer): string {
  const fields = headers.map(([name, value]) => `${name}: ${value}\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\n${fields.join("")}\n${body}\n`;
}

/** What clients are told by all of the answers. */
async function outwardCodes(): Promise<string[]> {
  const answers = await Promise.all(Object.values(ANSWERS).map((answer) => answer()));
  return answers.map(({ body }) => Reflect.get(JSON.parse(body) as object, "code") as string);
}

/** Precise codes that are told to nobody outside. */
const INWARD = ["malformed_token", "unknown_token", "expired_token", "owner_inactive"];

describe("the pages of problems", () => {
  test("there is one for each code that a client can be told, and none for another", async () => {
    const told = Object.keys({ ...DENIALS, ...HTTP_REFUSALS, invalid_token: {} });
    const outward = told.filter((code) => !INWARD.includes(code)).sort();
    expect((await outwardCodes()).sort()).toEqual(outward);
    expect(Object.keys(ANSWERS).sort()).toEqual(outward);
    const pages = readdirSync(FOLDER).filter((name) => name !== "README.md");
    expect(pages.sort()).toEqual(outward.map((code) => `${code.replaceAll("_", "-")}.md`).sort());
  });

  test.each(Object.entries(ANSWERS))("%s: the example is the very answer", async (code, answer) => {
    const [, example] = /^```http\n([\s\S]*?)^```$/m.exec(pageOf(code)) ?? [];
    expect(example).toBe(written(await answer()));
  });

  test.each(Object.entries(ANSWERS))("%s: the page is headed by it", async (code, answer) => {
    const { title } = JSON.parse((await answer()).body) as { readonly title: string };
    const page = pageOf(code);
    expect(page.split("\n", 1)).toEqual([`# \`${code}\`: ${title}`]);
    expect(page.trimEnd().split("\n").length).toBeLessThanOrEqual(40);
  });

  test("the four precise codes behind invalid_token are on its page, for the host", () => {
    for (const code of INWARD) expect(pageOf("invalid_token")).toContain(`\`${code}\``);
  });

  test("the index has them all, each with its status", async () => {
    const index = readFileSync(`${FOLDER}/README.md`, "utf8");
    const rows = [...index.matchAll(/^\| (\d{3}) \| \[`(\w+)`\]\(([\w-]+)\.md\) \|/gm)];
    const expected = await Promise.all(
      Object.entries(ANSWERS).map(async ([code, answer]) => [
        String((await answer()).status),
        code,
        code.replaceAll("_", "-"),
      ]),
    );
    expect(rows.map(([, ...cells]) => cells)).toEqual(expected);
  });
});
