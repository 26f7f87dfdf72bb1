import * as z from "zod";
import { type Route, route } from "../route.ts";
import { confirmRequestSchema, issuedSchema, rotationSchema } from "../schemas.ts";
import { wireIssued, wireRotation } from "../wire.ts";

const ofPair = "/owners/{owner}/rotations/{kind}";
const nothing = z.strictObject({});

/** The pairs of an owner, and what waits for its link. */
export const ROTATION_ROUTES: readonly Route[] = [
  route({
    operationId: "getRotation",
    method: "GET",
    path: ofPair,
    summary: "Whether a rotation waits for its link.",
    answers: { 200: { description: "Whether, and until when.", schema: rotationSchema } },
    errors: ["not_found"],
    run: async ({ tokens, actor, params: { owner, kind } }) => {
      const pending = await tokens.pendingRotation({ owner, kind, actor: actor.id });
      return { status: 200, body: wireRotation(pending) };
    },
  }),
  route({
    operationId: "rotateTokens",
    method: "POST",
    path: ofPair,
    summary: "Makes a new primary, at once or when the link of a mail is followed.",
    body: nothing,
    answers: {
      201: {
        description: "The new primary and its secret.",
        schema: issuedSchema,
        fields: ["Location"],
      },
      202: { description: "It waits for its link.", schema: rotationSchema },
    },
    errors: ["not_found", "api_access_disabled", "replacement_not_allowed", "conflict"],
    isRepeatable: true,
    isSensitive: true,
    run: async ({ tokens, actor, params: { owner, kind }, basePath }) => {
      const rotated = await tokens.rotate({ owner, kind, actor: actor.id });
      if ("pending" in rotated)
        return { status: 202, body: wireRotation(rotated), made: { pending: true } };
      const { id } = rotated.token;
      return {
        status: 201,
        body: wireIssued(rotated),
        fields: [["location", `${basePath}/tokens/${id}`]],
        made: { tokenId: id },
      };
    },
  }),
  route({
    operationId: "cancelRotation",
    method: "DELETE",
    path: ofPair,
    summary: "Takes back a rotation that waits.",
    answers: {
      200: {
        description: "Whether there was one.",
        schema: z.strictObject({ cancelled: z.boolean() }),
      },
    },
    errors: ["not_found", "conflict"],
    run: async ({ tokens, actor, params: { owner, kind } }) => {
      const { cancelled } = await tokens.cancelRotation({ owner, kind, actor: actor.id });
      return { status: 200, body: { cancelled } };
    },
  }),
  route({
    operationId: "resendRotation",
    method: "POST",
    path: `${ofPair}/resend`,
    summary: "Sends the link of a rotation that waits once more.",
    body: nothing,
    answers: { 200: { description: "It waits, and until when.", schema: rotationSchema } },
    errors: ["not_found", "api_access_disabled", "conflict"],
    run: async ({ tokens, actor, params: { owner, kind } }) => {
      const pending = await tokens.resendRotation({ owner, kind, actor: actor.id });
      return { status: 200, body: wireRotation(pending) };
    },
  }),
  route({
    operationId: "confirmRotation",
    method: "POST",
    path: "/rotations/confirm",
    summary: "Carries out a rotation by the code of its link.",
    body: confirmRequestSchema,
    answers: { 200: { description: "The new primary and its secret.", schema: issuedSchema } },
    errors: ["rotation_code_invalid", "api_access_disabled", "conflict"],
    isSensitive: true,
    run: async ({ tokens, actor, body: { code } }) => ({
      status: 200,
      body: wireIssued(await tokens.confirmRotation({ code, actor: actor.id })),
    }),
  }),
  route({
    operationId: "cancelRotationByCode",
    method: "POST",
    path: "/rotations/cancel",
    summary: "Takes back the rotation of a link.",
    body: confirmRequestSchema,
    answers: {
      200: {
        description: "It is taken back.",
        schema: z.strictObject({ cancelled: z.boolean() }),
      },
    },
    errors: ["rotation_code_invalid", "conflict"],
    run: async ({ tokens, actor, body: { code } }) => {
      const { cancelled } = await tokens.cancelRotation({ code, actor: actor.id });
      return { status: 200, body: { cancelled } };
    },
  }),
];
