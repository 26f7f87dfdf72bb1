/**
 * What goes over the wire of the management API, once: requests are checked by these, the types are inferred from them, and the OpenAPI
 * document is made of them. Times are ISO 8601 in UTC.
 */
import * as z from "zod";

const text = (most: number) => z.string().min(1).max(most);
const whole = (least: number, most: number) => z.int().min(least).max(most);
const time = z.iso.datetime({ precision: 3 });
const units = whole(0, 1_000_000).optional();

const jsonSchema = z.json().meta({ id: "Json", description: "Any value of JSON." });

export const durationSchema = z
  .strictObject({
    seconds: units,
    minutes: units,
    hours: units,
    days: units,
    weeks: units,
    months: units,
    years: units,
  })
  .meta({ id: "Duration", description: "A length of time, in whole units, not all zero." });

export const levelSchema = z
  .union([z.enum(["none", "read", "full"]), z.array(text(32)).max(50)])
  .meta({ id: "Level", description: "`read` is GET and HEAD; `full` every method of the API." });

const accessSchema = z
  .union([levelSchema, z.record(z.string(), levelSchema)])
  .meta({ id: "Access", description: "One level for every API known now, or a level per API." });

const networkSchema = z
  .strictObject({
    include: z.array(text(255)).max(1000).optional(),
    exclude: z.array(text(255)).max(1000).optional(),
  })
  .meta({
    id: "Network",
    description: "From where the token works: addresses, CIDR blocks, ranges `a-b`, `zone:NAME`.",
  });

const budgetsSchema = z
  .record(z.string(), whole(1, 100))
  .meta({ id: "Budgets", description: "Percentages of an API's maximum rate, by API." });

export const tokenSchema = z
  .strictObject({
    id: z.string(),
    kind: z.string(),
    owner: z.string(),
    account: z.string(),
    name: z.string(),
    slot: z.string().nullable(),
    hint: z.string(),
    access: z.record(z.string(), levelSchema).nullable(),
    network: networkSchema.nullable(),
    budgets: budgetsSchema,
    createdAt: time,
    createdBy: z.string(),
    updatedAt: time,
    version: z
      .int()
      .meta({ description: "Another number after each change; the ETag of the token." }),
    expiresAt: time.nullable(),
    lastUsedAt: time.nullable(),
  })
  .meta({ id: "Token" });

export const issuedSchema = z
  .strictObject({
    token: tokenSchema,
    secret: z
      .string()
      .nullable()
      .meta({ description: "`null`: a repeated request, the secret was in the first answer." }),
  })
  .meta({ id: "Issued" });

export const tokenPageSchema = z
  .strictObject({ tokens: z.array(tokenSchema), cursor: z.string().optional() })
  .meta({ id: "TokenPage" });

export const rotationSchema = z
  .discriminatedUnion("pending", [
    z.strictObject({ pending: z.literal(true), expiresAt: time }),
    z.strictObject({ pending: z.literal(false) }),
  ])
  .meta({ id: "Rotation", description: "Whether a rotation waits for its link, and until when." });

export const zoneSchema = z
  .strictObject({
    name: z.string(),
    ranges: z.array(z.string()),
    blocked: z.boolean(),
    version: z.string().meta({ description: "The same as long as the zone is: for `If-Match`." }),
  })
  .meta({ id: "Zone" });

const eventSchema = z
  .strictObject({
    id: z.string(),
    type: z.string(),
    at: time,
    account: z.string(),
    owner: z.string().nullable(),
    tokenId: z.string().nullable(),
    kind: z.string().nullable(),
    actor: z.string(),
    outcome: z.enum(["done", "refused"]),
    data: z.record(z.string(), jsonSchema),
  })
  .meta({ id: "Event" });

export const eventPageSchema = z
  .strictObject({ events: z.array(eventSchema), cursor: z.string().optional() })
  .meta({ id: "EventPage" });

const parkedNoticeSchema = z
  .strictObject({
    event: eventSchema,
    channel: z.string(),
    tries: z.int(),
    failure: z.string().nullable(),
    parkedAt: time,
  })
  .meta({ id: "ParkedNotice" });

export const parkedNoticePageSchema = z
  .strictObject({ notices: z.array(parkedNoticeSchema), cursor: z.string().optional() })
  .meta({ id: "ParkedNoticePage" });

export const ownerSchema = z
  .strictObject({
    id: z.string(),
    account: z.string(),
    active: z.boolean(),
    apiAccess: z.boolean(),
    methods: z.array(z.string()).nullable(),
    access: accessSchema,
    managesTokens: z.boolean(),
  })
  .meta({ id: "Owner", description: "What the application says of a user now." });

const expirySchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("fixed"), after: durationSchema }),
  z.strictObject({
    type: z.literal("sliding"),
    unusedFor: durationSchema,
    atMost: durationSchema.optional(),
  }),
  z.strictObject({
    type: z.literal("choice"),
    options: z.array(durationSchema),
    default: durationSchema,
  }),
  z.strictObject({ type: z.literal("never") }),
]);

const kindSchema = z
  .strictObject({
    prefix: z.string(),
    slots: z.enum(["single", "pair", "many"]),
    maxPerOwner: z.int().nullable(),
    backupFor: durationSchema.nullable(),
    expiry: expirySchema,
    access: z.enum(["owner", "granted"]),
    replacement: z.enum(["revoke-first", "regenerate", "rotate"]),
    confirmRotation: z.boolean(),
    confirmWithin: durationSchema,
    issuedBy: z.enum(["owner", "manager"]),
    budgetPercent: z.int(),
    reminders: z.array(durationSchema),
  })
  .meta({ id: "Kind" });

const apiSchema = z
  .strictObject({ limit: z.int(), windowMs: z.int(), methods: z.array(z.string()) })
  .meta({ id: "Api" });

export const contextSchema = z
  .strictObject({
    actor: ownerSchema,
    kinds: z.record(z.string(), kindSchema),
    apis: z.record(z.string(), apiSchema),
  })
  .meta({ id: "Context", description: "Who asks, and all that a screen needs to draw itself." });

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string().optional(),
    errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: "Problem", description: "Problem details (RFC 9457)." });

export const issueRequestSchema = z
  .strictObject({
    kind: text(255),
    name: text(128),
    access: accessSchema.optional(),
    network: networkSchema.nullable().optional(),
    budgets: budgetsSchema.optional(),
    expiresIn: durationSchema.optional(),
  })
  .meta({ id: "IssueRequest" });

export const updateRequestSchema = issueRequestSchema
  .omit({ kind: true })
  .partial()
  .meta({ id: "UpdateRequest", description: "What is absent stays." });

export const regenerateRequestSchema = z
  .strictObject({ expiresIn: durationSchema.optional() })
  .meta({ id: "RegenerateRequest" });

export const zoneRequestSchema = z
  .strictObject({ ranges: z.array(text(255)).min(1).max(5000), blocked: z.boolean().optional() })
  .meta({ id: "ZoneRequest" });

export const confirmRequestSchema = z
  .strictObject({ code: text(512) })
  .meta({ id: "ConfirmRequest", description: "The code of the link in the mail." });

export const retryRequestSchema = z
  .strictObject({ id: text(255).optional(), channel: text(64).optional() })
  .meta({ id: "RetryRequest", description: "Which parked notices; all when empty." });

/** A page's length and where it begins; in a query all is text. */
export const pageQuerySchema = z.strictObject({
  cursor: text(512).optional(),
  limit: z
    .string()
    .regex(/^[1-9][0-9]{0,2}$/)
    .transform(Number)
    .pipe(whole(1, 200))
    .optional(),
});

export const tokensQuerySchema = pageQuerySchema.extend({ kind: text(255).optional() });

export const eventsQuerySchema = pageQuerySchema.extend({
  owner: text(255).optional(),
  tokenId: text(255).optional(),
  type: z.union([text(64), z.array(text(64)).max(50)]).optional(),
  since: z.iso.datetime().optional(),
  until: z.iso.datetime().optional(),
});

/** A token as the API tells it. */
export interface WireToken extends z.infer<typeof tokenSchema> {}
/** A token and its secret, which is `null` where a repeat is answered. */
export interface WireIssued extends z.infer<typeof issuedSchema> {}
/** Some of an owner's tokens; `cursor` where there are more. */
export interface WireTokenPage extends z.infer<typeof tokenPageSchema> {}
/** Whether a rotation waits for its link, and until when. */
export type WireRotation = z.infer<typeof rotationSchema>;
/** A network zone of the account. */
export interface WireZone extends z.infer<typeof zoneSchema> {}
/** An event of the audit trail. */
export interface WireEvent extends z.infer<typeof eventSchema> {}
/** Some events, newest first; `cursor` where there are more. */
export interface WireEventPage extends z.infer<typeof eventPageSchema> {}
/** A notice that could not be delivered, and why. */
export interface WireParkedNotice extends z.infer<typeof parkedNoticeSchema> {}
/** Some of them; `cursor` where there are more. */
export interface WireParkedNoticePage extends z.infer<typeof parkedNoticePageSchema> {}
/** What the application says of an owner now. */
export interface WireOwner extends z.infer<typeof ownerSchema> {}
/** The rules of a kind, as a screen needs them. */
export interface WireKind extends z.infer<typeof kindSchema> {}
/** An API: its limit and its methods. */
export interface WireApi extends z.infer<typeof apiSchema> {}
/** Who is signed in, the kinds and the APIs. */
export interface WireContext extends z.infer<typeof contextSchema> {}
/** Problem details (RFC 9457). */
export interface WireProblem extends z.infer<typeof problemSchema> {}
/** A calendar duration: `{ months: 6 }`. */
export type WireDuration = z.infer<typeof durationSchema>;
/** What a token may do with an API: a level, or a list of methods. */
export type WireLevel = z.infer<typeof levelSchema>;
/** A level for all APIs, or one for each. */
export type WireAccess = z.infer<typeof accessSchema>;
/** From where a token works. */
export interface WireNetwork extends z.infer<typeof networkSchema> {}
/** A token to issue. */
export interface WireIssueRequest extends z.infer<typeof issueRequestSchema> {}
/** What to change of a token; what is absent stays. */
export interface WireUpdateRequest extends z.infer<typeof updateRequestSchema> {}
/** How a token is given a new secret. */
export interface WireRegenerateRequest extends z.infer<typeof regenerateRequestSchema> {}
/** A zone to make or replace. */
export interface WireZoneRequest extends z.infer<typeof zoneRequestSchema> {}
/** Which parked notices are due again. */
export interface WireRetryRequest extends z.infer<typeof retryRequestSchema> {}
