import * as z from "zod";
import { type Route, route } from "../route.ts";
import { contextSchema, ownerSchema, zoneRequestSchema, zoneSchema } from "../schemas.ts";
import { wireZone } from "../wire.ts";

/** Five thousand ranges are longer than other bodies. */
const MOST_BYTES_OF_RANGES = 524_288;

/** Who asks, about whom, and the zones of the account. */
export const ACCOUNT_ROUTES: readonly Route[] = [
  route({
    operationId: "getContext",
    method: "GET",
    path: "/context",
    summary: "Who is signed in, and what there is to manage.",
    answers: { 200: { description: "The actor, the kinds and the APIs.", schema: contextSchema } },
    errors: [],
    run: async ({ actor, tokens: { rules } }) => ({ status: 200, body: { actor, ...rules } }),
  }),
  route({
    operationId: "getOwner",
    method: "GET",
    path: "/owners/{owner}",
    summary: "What the application says of an owner now.",
    answers: { 200: { description: "The owner.", schema: ownerSchema } },
    errors: ["not_found"],
    run: async ({ tokens, actor, params: { owner } }) => ({
      status: 200,
      body: await tokens.owner({ owner, actor: actor.id }),
    }),
  }),
  route({
    operationId: "listZones",
    method: "GET",
    path: "/zones",
    summary: "The zones of the account, by name.",
    answers: {
      200: {
        description: "All of them.",
        schema: z.strictObject({ zones: z.array(zoneSchema) }),
      },
    },
    errors: [],
    run: async ({ tokens, actor: { id, account } }) => {
      const zones = await tokens.zones.list({ account, actor: id });
      return { status: 200, body: { zones: zones.map(wireZone) } };
    },
  }),
  route({
    operationId: "putZone",
    method: "PUT",
    path: "/zones/{name}",
    summary: "Makes or changes a zone.",
    body: zoneRequestSchema,
    mostBytes: MOST_BYTES_OF_RANGES,
    answers: {
      200: { description: "The zone as it is now.", schema: zoneSchema, fields: ["ETag"] },
    },
    errors: ["zone_in_use", "limit_reached", "conflict", "precondition_failed"],
    condition: "replacement",
    run: async ({ tokens, actor: { id, account }, params: { name }, body, replaces }) => {
      const zone = wireZone(
        await tokens.zones.put({ account, name, ...body, replaces, actor: id }),
      );
      return { status: 200, body: zone, version: zone.version };
    },
  }),
  route({
    operationId: "removeZone",
    method: "DELETE",
    path: "/zones/{name}",
    summary: "Removes a zone that no living token refers to.",
    answers: { 204: { description: "It is gone." } },
    errors: ["not_found", "zone_in_use", "conflict"],
    run: async ({ tokens, actor: { id, account }, params: { name } }) => {
      await tokens.zones.remove({ account, name, actor: id });
      return { status: 204 };
    },
  }),
];
