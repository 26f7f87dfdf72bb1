import * as z from "zod";
import type { EventType } from "../../model.ts";
import { nextPage } from "../next-page.ts";
import { type Route, route } from "../route.ts";
import {
  eventPageSchema,
  eventsQuerySchema,
  pageQuerySchema,
  parkedNoticePageSchema,
  retryRequestSchema,
} from "../schemas.ts";
import { wireEvents, wireNotices } from "../wire.ts";

/** The audit trail, and what of it could not be delivered. */
export const TRAIL_ROUTES: readonly Route[] = [
  route({
    operationId: "listEvents",
    method: "GET",
    path: "/events",
    summary:
      "The audit trail, newest first: an owner's own part, or the account's for those who manage tokens.",
    query: eventsQuerySchema,
    answers: { 200: { description: "A page.", schema: eventPageSchema, fields: ["Link"] } },
    errors: [],
    run: async ({ tokens, actor: { id, account }, query, url }) => {
      const { type, since, until, ...filter } = query;
      const page = await tokens.events({
        ...filter,
        ...{ account, actor: id, types: typesOf(type) },
        since: since === undefined ? undefined : new Date(since),
        until: until === undefined ? undefined : new Date(until),
      });
      return { status: 200, body: wireEvents(page), fields: nextPage(url, page.cursor) };
    },
  }),
  route({
    operationId: "listParkedNotices",
    method: "GET",
    path: "/notices/parked",
    summary: "Notices that were put aside after their last try, oldest first.",
    query: pageQuerySchema,
    answers: { 200: { description: "A page.", schema: parkedNoticePageSchema, fields: ["Link"] } },
    errors: [],
    run: async ({ tokens, actor: { id, account }, query, url }) => {
      const page = await tokens.notices.parked({ ...query, account, actor: id });
      return { status: 200, body: wireNotices(page), fields: nextPage(url, page.cursor) };
    },
  }),
  route({
    operationId: "retryNotices",
    method: "POST",
    path: "/notices/retry",
    summary: "Makes parked notices due again, all or some.",
    body: retryRequestSchema,
    answers: {
      200: { description: "How many.", schema: z.strictObject({ retried: z.int() }) },
    },
    errors: [],
    run: async ({ tokens, actor: { id, account }, body }) => {
      const { retried } = await tokens.notices.retry({ ...body, account, actor: id });
      return { status: 200, body: { retried } };
    },
  }),
];

/** A cast, as what is no type of an event is found nowhere: newer nodes may write others. */
function typesOf(type: string | readonly string[] | undefined): readonly EventType[] | undefined {
  if (type === undefined) return undefined;
  return (typeof type === "string" ? [type] : type) as readonly EventType[];
}
