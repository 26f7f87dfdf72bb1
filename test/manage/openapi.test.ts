import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openApiDocument } from "../../src/manage/openapi.ts";
import { type Document, operationsOf } from "./document.ts";
import { type Asked, requestsOf, Supply, sentOf } from "./generated-requests.ts";
import { createManageWorld, type ManageWorld, ORIGIN } from "./world.ts";

/** As a client gets it. */
async function documentOf({ ask }: Pick<ManageWorld, "ask">): Promise<Document> {
  const { json } = await ask("GET", "/openapi.json");
  return json as unknown as Document;
}

/** Checks bodies by the schemas of the document itself. */
class Answers {
  readonly #ajv: Ajv2020;
  readonly #document: Document;
  readonly #seen = new Map<string, number>();

  constructor(document: Document) {
    this.#document = document;
    this.#ajv = new Ajv2020({ strict: false, validateFormats: false });
    this.#ajv.addSchema(document, "api");
  }

  /** How often each operation has answered with each status. */
  get seen(): ReadonlyMap<string, number> {
    return this.#seen;
  }

  check({ path, method, operation }: Asked, { status, text, type, isElsewhere }: Got): void {
    const key = `${operation.operationId} ${status}`;
    this.#seen.set(key, (this.#seen.get(key) ?? 0) + 1);
    expect(status).toBeLessThan(500);
    // What a URL makes of dots is another path.
    if (isElsewhere || (status === 404 && text.includes('"unknown_path"'))) return;
    const documented = operation.responses[status];
    expect(documented, key).toBeDefined();
    if (method === "HEAD" || documented?.content === undefined) {
      expect(text).toBe("");
      return;
    }
    expect(Object.keys(documented.content)).toEqual([type]);
    const place = [path, method.toLowerCase()].map(pointed).join("/");
    const media = pointed(type);
    const ref = `api#/paths/${place}/responses/${status}/content/${media}/schema`;
    const isValid = this.#ajv.getSchema(ref) ?? this.#ajv.compile({ $ref: ref });
    expect([isValid(JSON.parse(text)), isValid.errors], `${key}: ${text}`).toEqual([true, null]);
    expect(this.#document.paths[path]).toBeDefined();
  }
}

interface Got {
  readonly status: number;
  readonly text: string;
  readonly type: string;
  readonly isElsewhere: boolean;
}

function pointed(part: string): string {
  return encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));
}

describe("the document", () => {
  test("is OpenAPI 3.1, by a validator that is not ours", async () => {
    const validator = new Validator();
    const result = await validator.validate(structuredClone(openApiDocument("/tokenry")) as never);
    expect(result).toEqual({ valid: true });
    expect(validator.version).toBe("3.1");
  });

  test("anybody may have it, from anywhere, and keep it", async () => {
    const { ask } = createManageWorld({ basePath: "/api/tokens" });
    const answer = await ask("GET", `${ORIGIN}/api/tokens/openapi.json`, {
      headers: { "sec-fetch-site": "cross-site" },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toBe("public, max-age=3600");
    expect(answer.json).toMatchObject({ openapi: "3.1.1", servers: [{ url: "/api/tokens" }] });
  });

  test("holds nothing of the configuration", async () => {
    const { ask } = createManageWorld();
    const { text } = await ask("GET", "/openapi.json");
    for (const name of ["personal", "acme_pat", "orders", "invoices"])
      expect(text).not.toContain(name);
  });

  test("every reference is to what is there, and every schema is named once", async () => {
    const { text, json } = await createManageWorld().ask("GET", "/openapi.json");
    const { schemas } = (json as unknown as Document).components;
    const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, to]) => to);
    for (const to of references)
      expect(Object.keys(schemas)).toContain(to?.replace("#/components/schemas/", ""));
    expect(Object.keys(schemas)).toEqual(
      expect.arrayContaining(["Token", "Issued", "Problem", "IssueRequest", "Context"]),
    );
  });
});

describe("ten thousand requests that are made from the document", () => {
  test("none is answered by 5xx, and each by what the document says", async () => {
    const world = createManageWorld();
    const document = await documentOf(world);
    const answers = new Answers(document);
    const supply = new Supply(world.tokens);
    let count = 0;
    await fc.assert(
      fc.asyncProperty(requestsOf(document, Supply.NAMES), async (asked) => {
        if (count % 50 === 0) await supply.renew();
        count += 1;
        const sent = sentOf(asked, supply);
        const parts = new URL(sent.url).pathname.slice("/tokenry".length).split("/");
        const isElsewhere = parts.length !== asked.path.split("/").length;
        const response = await world.handle(sent);
        const type = response.headers.get("content-type") ?? "";
        const { status } = response;
        answers.check(asked, { status, text: await response.text(), type, isElsewhere });
      }),
      { numRuns: 10_000 },
    );
    expect(world.outages).toEqual([]);
    // They do reach what they are for; but nobody guesses a code, and whether a rotation waits when one is sent again is luck.
    const byLuck = ["confirmRotation", "cancelRotationByCode", "resendRotation"];
    const done = new Set([...answers.seen.keys()].filter((key) => / 2\d\d$/.test(key)));
    const reached = new Set([...done].map((key) => key.split(" ")[0]));
    const missed = operationsOf(document)
      .map(({ operation: { operationId } }) => operationId)
      .filter((operationId) => !reached.has(operationId) && !byLuck.includes(operationId));
    expect(missed).toEqual([]);
  }, 240_000);
});
