import * as z from "zod";
import { type ManagementErrorCode, PROBLEMS } from "./errors.ts";
import type { AnswerFacts, Route } from "./route.ts";
import { codesOf, ROUTES } from "./routes.ts";
import { problemSchema } from "./schemas.ts";

/** A value of the document. */
type Json = Readonly<Record<string, unknown>>;

/** The schemas of the routes, by the names under which they are converted together. */
interface Converted {
  readonly schemas: Json;
  schemaOf(name: string): Json;
}

/** Makes the OpenAPI 3.1 document of the API, from the table that routes and checks by. */
export function openApiDocument(basePath: string): Json {
  const converted = convert();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of ROUTES) {
    const operations = paths[route.path] ?? {};
    operations[route.method.toLowerCase()] = operationOf(route, converted);
    paths[route.path] = operations;
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Management of API tokens",
      version: "1",
      description:
        "For pages of the application whose users are signed in there. HEAD is answered wherever GET is. Every request that changes something has " +
        "`Content-Type: application/json`, with or without a body, and `Origin` or `Sec-Fetch-Site: same-origin`.",
    },
    servers: [{ url: basePath }],
    security: [{ session: [] }],
    paths,
    components: {
      schemas: converted.schemas,
      securitySchemes: {
        session: {
          type: "apiKey",
          in: "cookie",
          name: "session",
          description: "The application's own session; its cookie has a name of its own.",
        },
      },
    },
  };
}

function convert(): Converted {
  const shape: Record<string, z.ZodType> = { problem: problemSchema };
  for (const { operationId, query, body, answers } of ROUTES) {
    if (query !== undefined) shape[`${operationId} query`] = query;
    if (body !== undefined) shape[`${operationId} body`] = body;
    for (const [status, { schema }] of Object.entries(answers))
      if (schema !== undefined) shape[`${operationId} ${status}`] = schema;
  }
  const { properties = {}, $defs = {} } = z.toJSONSchema(z.object(shape));
  // Casts, as what is converted is JSON.
  const all = rewritten(properties) as Readonly<Record<string, Json>>;
  return {
    schemas: rewritten(withoutIds($defs)) as Json,
    schemaOf: (name) => all[name] ?? {},
  };
}

/** In the document a schema's place says what its `id` does, and `id` is no keyword. */
function withoutIds(schemas: Readonly<Record<string, object>>): Json {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, { ...schema, id: undefined }]),
  );
}

/** References point to where the document has its schemas. */
function rewritten(schemas: object): unknown {
  return JSON.parse(JSON.stringify(schemas).replaceAll('"#/$defs/', '"#/components/schemas/'));
}

function operationOf(route: Route, { schemaOf }: Converted): Json {
  const { operationId, summary, body, answers } = route;
  const requestBody = { required: true, content: jsonContent(schemaOf(`${operationId} body`)) };
  const answered = Object.entries(answers).map(([status, facts]) => [
    status,
    answerOf(facts, schemaOf(`${operationId} ${status}`)),
  ]);
  return {
    ...{ operationId, summary },
    parameters: [
      ...[...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => pathParameter(name ?? "")),
      ...queryParameters(schemaOf(`${operationId} query`)),
      ...headerParameters(route),
    ],
    ...(body === undefined ? {} : { requestBody }),
    responses: Object.fromEntries([...answered, ...problemsOf(route, schemaOf("problem"))]),
  };
}

function pathParameter(name: string): Json {
  return { name, in: "path", required: true, schema: { type: "string", minLength: 1 } };
}

/** A list is the same parameter several times. */
function queryParameters({ properties = {} }: Json): readonly Json[] {
  // A cast, as the properties of a converted object are schemas.
  return Object.entries(properties as Json).map(([name, schema]) => ({
    ...{ name, in: "query", style: "form", explode: true },
    schema,
  }));
}

function headerParameters({ isRepeatable, condition }: Route): readonly Json[] {
  const text = { type: "string" };
  return [
    ...(isRepeatable
      ? [header("Idempotency-Key", "Makes a repeat the same request.", { ...text, maxLength: 512 })]
      : []),
    ...(condition === "change" ? [header("If-Match", "Only while the token is so.", text)] : []),
    ...(condition === "replacement"
      ? [
          header("If-Match", "Only while the zone is so.", text),
          header("If-None-Match", "`*`: only while there is no such zone.", text),
        ]
      : []),
    ...(condition === "reading"
      ? [header("If-None-Match", "Only unless the token is so.", text)]
      : []),
  ];
}

function header(name: string, description: string, schema: Json): Json {
  return { name, in: "header", description, schema };
}

function answerOf({ description, schema, fields = [] }: AnswerFacts, converted: Json): Json {
  const headers = Object.fromEntries(
    fields.map((name) => [name, { schema: { type: "string" } }] as const),
  );
  return {
    description,
    ...(fields.length === 0 ? {} : { headers }),
    ...(schema === undefined ? {} : { content: jsonContent(converted) }),
  };
}

function jsonContent(schema: Json): Json {
  return { "application/json": { schema } };
}

/** The refusals of a route by their status, with all codes that it may have. */
function problemsOf(route: Route, problem: Json): readonly (readonly [string, Json])[] {
  const byStatus = new Map<number, ManagementErrorCode[]>();
  for (const code of codesOf(route)) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return [...byStatus].map(([status, codes]) => {
    const schema = { allOf: [problem, { properties: { code: { enum: codes } } }] };
    const description = codes.map((code) => `\`${code}\`: ${PROBLEMS[code].message}`).join(" ");
    return [`${status}`, { description, content: { "application/problem+json": { schema } } }];
  });
}
