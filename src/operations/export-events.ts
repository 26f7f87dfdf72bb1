import type { EventPage } from "../ports/repository.ts";
import type { Context } from "./context.ts";
import { checkRequest } from "./input.ts";
import { type EventsFilter, FILTER_KEYS, publicEvent, visiblePart } from "./list-events.ts";

const PAGE = 500;

/**
 * Streams the audit trail as NDJSON (one JSON object a line, UTF-8), newest first. See `Tokenry.exportEvents`.
 *
 * A page is read when the one before has been taken: a slow reader holds up nothing, and what it does not take is never read.
 */
export async function exportEvents(
  context: Context,
  request: EventsFilter,
): Promise<ReadableStream<Uint8Array>> {
  checkRequest(request, FILTER_KEYS);
  const pages = eventPages(context, await visiblePart(context, request));
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pages.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await pages.return();
    },
  });
}

async function* eventPages(
  { repository }: Context,
  filter: Omit<EventPage, "limit" | "before">,
): AsyncGenerator<string, void, void> {
  let before: number | undefined;
  for (;;) {
    const place = before === undefined ? {} : { before };
    const events = await repository.events({ ...filter, ...place, limit: PAGE });
    const last = events.at(-1);
    if (last === undefined) return;
    yield events.map((event) => `${JSON.stringify(publicEvent(event))}\n`).join("");
    if (events.length < PAGE) return;
    before = last.sequence;
  }
}
