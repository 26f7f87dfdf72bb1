import * as z from "zod";
import { versionOf } from "../entity-tags.ts";
import { nextPage } from "../next-page.ts";
import { type Route, route } from "../route.ts";
import {
  issuedSchema,
  issueRequestSchema,
  regenerateRequestSchema,
  tokenPageSchema,
  tokenSchema,
  tokensQuerySchema,
  updateRequestSchema,
} from "../schemas.ts";
import { wireIssued, wireToken, wireTokens } from "../wire.ts";

/** Two lists of a thousand ranges are longer than other bodies. */
const MOST_BYTES_OF_NETWORKS = 524_288;

const ofOwner = "/owners/{owner}/tokens";
const ofToken = "/tokens/{tokenId}";

/** The tokens of an owner. */
const OWNED: readonly Route[] = [
  route({
    operationId: "listTokens",
    method: "GET",
    path: ofOwner,
    summary: "An owner's living tokens, oldest first.",
    query: tokensQuerySchema,
    answers: { 200: { description: "A page.", schema: tokenPageSchema, fields: ["Link"] } },
    errors: ["not_found"],
    run: async ({ tokens, actor, params: { owner }, query, url }) => {
      const page = await tokens.list({ ...query, owner, actor: actor.id });
      return { status: 200, body: wireTokens(page), fields: nextPage(url, page.cursor) };
    },
  }),
  route({
    operationId: "issueToken",
    method: "POST",
    path: ofOwner,
    summary: "Issues a token. Its secret is in this answer and nowhere else.",
    body: issueRequestSchema,
    mostBytes: MOST_BYTES_OF_NETWORKS,
    answers: {
      201: { description: "The token and its secret.", schema: issuedSchema, fields: ["Location"] },
    },
    errors: ["not_found", "api_access_disabled", "slot_taken", "limit_reached", "conflict"],
    isRepeatable: true,
    isSensitive: true,
    run: async ({ tokens, actor, params: { owner }, body, basePath }) => {
      const issued = await tokens.issue({ ...body, owner, actor: actor.id });
      const { id } = issued.token;
      return {
        status: 201,
        body: wireIssued(issued),
        fields: [["location", `${basePath}/tokens/${id}`]],
        made: { tokenId: id },
      };
    },
  }),
  route({
    operationId: "revokeTokens",
    method: "DELETE",
    path: ofOwner,
    summary: "Ends all tokens of an owner, or those of one kind.",
    query: tokensQuerySchema.pick({ kind: true }),
    answers: {
      200: {
        description: "How many were ended.",
        schema: z.strictObject({ revoked: z.int() }),
      },
    },
    errors: ["not_found", "conflict"],
    isSensitive: true,
    run: async ({ tokens, actor, params: { owner }, query: { kind } }) => {
      const { revoked } = await tokens.revokeAll({ owner, kind, actor: actor.id });
      return { status: 200, body: { revoked } };
    },
  }),
];

/** One token. */
const SINGLE: readonly Route[] = [
  route({
    operationId: "getToken",
    method: "GET",
    path: ofToken,
    summary: "A token as it is now.",
    answers: {
      200: { description: "The token.", schema: tokenSchema, fields: ["ETag"] },
      304: { description: "It is as it was.", fields: ["ETag"] },
    },
    errors: ["not_found"],
    condition: "reading",
    run: async ({ tokens, actor, params: { tokenId } }) => {
      const token = await tokens.get({ tokenId, actor: actor.id });
      return { status: 200, body: wireToken(token), version: versionOf(token) };
    },
  }),
  route({
    operationId: "updateToken",
    method: "PATCH",
    path: ofToken,
    summary: "Changes a token; what is absent stays, and so does the secret.",
    body: updateRequestSchema,
    mostBytes: MOST_BYTES_OF_NETWORKS,
    answers: {
      200: { description: "The token as it is now.", schema: tokenSchema, fields: ["ETag"] },
    },
    errors: ["not_found", "expired", "conflict", "precondition_failed"],
    condition: "change",
    run: async ({ tokens, actor, params: { tokenId }, body, unchangedSince }) => {
      const token = await tokens.update({ ...body, tokenId, unchangedSince, actor: actor.id });
      return { status: 200, body: wireToken(token), version: versionOf(token) };
    },
  }),
  route({
    operationId: "revokeToken",
    method: "DELETE",
    path: ofToken,
    summary: "Ends a token for good. Doing it again does nothing.",
    answers: { 204: { description: "It has ended." } },
    errors: ["not_found", "conflict"],
    run: async ({ tokens, actor, params: { tokenId } }) => {
      await tokens.revoke({ tokenId, actor: actor.id });
      return { status: 204 };
    },
  }),
  route({
    operationId: "regenerateToken",
    method: "POST",
    path: `${ofToken}/regenerate`,
    summary: "Gives a token a new secret; the old one is dead.",
    body: regenerateRequestSchema,
    answers: { 200: { description: "The token and its new secret.", schema: issuedSchema } },
    errors: [
      ...(["not_found", "api_access_disabled", "replacement_not_allowed", "expired"] as const),
      ...(["conflict", "precondition_failed"] as const),
    ],
    isRepeatable: true,
    condition: "change",
    isSensitive: true,
    run: async ({ tokens, actor, params: { tokenId }, body, unchangedSince }) => {
      const issued = await tokens.regenerate({ ...body, tokenId, unchangedSince, actor: actor.id });
      return { status: 200, body: wireIssued(issued), made: { tokenId } };
    },
  }),
];

export const TOKEN_ROUTES: readonly Route[] = [...OWNED, ...SINGLE];
