import {
  type EventsPage,
  type Owner,
  type ParkedNotice,
  type ParkedNoticesRequest,
  type Repository,
  type StoredEvent,
  type Token,
  TokenryError,
} from "../../src/index.ts";
import { ACCOUNT, OTHER_ACCOUNT } from "../support/directory.ts";
import type { ListCall } from "./model/endings.ts";
import type { Announced } from "./model/jobs.ts";
import type { DeliverCall, Delivered } from "./model/notices.ts";
import type { Outcome } from "./model/outcome.ts";
import type { RotateCall, Rotated } from "./model/rotation.ts";
import type { Trail, TrailCall } from "./model/trail.ts";
import { OWNER_CACHE, type System } from "./system.ts";

/** New facts of an owner, or none where it leaves; told to tokenry, or left to be found out. */
export interface OwnerChange {
  readonly owner: string;
  readonly facts: Omit<Owner, "id"> | undefined;
  readonly isAnnounced: boolean;
}

/** How work ended: what is no refusal goes on. */
export async function endOf<Value>(work: () => Promise<Value>): Promise<Outcome<Value>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    if (!(error instanceof TokenryError)) throw error;
    return { ok: false, code: error.code };
  }
}

export async function performRotate({ world }: System, request: RotateCall): Promise<Rotated> {
  const rotated = await world.tokens.rotate(request);
  if (!("pending" in rotated)) return rotated;
  const stored = await world.repository.listByOwner({ ...request, limit: 200 });
  const pending = stored.find(({ slot }) => slot === "pending");
  return { ...rotated, pendingId: pending?.id ?? "replaced meanwhile" };
}

/** What all pages hold. */
async function allOf<Page extends { readonly cursor?: string }, Item>(
  read: (cursor: string | undefined) => Promise<Page>,
  itemsOf: (page: Page) => readonly Item[],
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    items.push(...itemsOf(page));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return items;
}

export function performList({ world }: System, request: ListCall): Promise<readonly Token[]> {
  return allOf(
    (cursor) => world.tokens.list({ ...request, cursor }),
    ({ tokens }) => tokens,
  );
}

export function performParked(
  { world }: System,
  request: ParkedNoticesRequest,
): Promise<readonly ParkedNotice[]> {
  return allOf(
    (cursor) => world.tokens.notices.parked({ ...request, cursor }),
    ({ notices }) => notices,
  );
}

export async function performTrail(
  { world: { tokens } }: System,
  { filter, limit }: TrailCall,
): Promise<Trail> {
  const paged = await endOf(() =>
    allOf((cursor) => tokens.events({ ...filter, limit, cursor }), linesOf),
  );
  const exported = await endOf(async () => {
    const text = await new Response(await tokens.exportEvents(filter)).text();
    return text.split("\n").slice(0, -1);
  });
  return { exported, paged };
}

function linesOf({ events }: EventsPage): readonly string[] {
  return events.map((event) => JSON.stringify(event));
}

export async function performDeliver(
  { world, notifier }: System,
  refused: DeliverCall,
): Promise<Delivered> {
  const before = notifier.handed.length;
  notifier.refused = refused;
  const result = await world.tokens.jobs.deliver();
  const order = await storedEvents(world.repository);
  return { result, handed: notifier.handed.slice(before), order: order.map(({ id }) => id) };
}

/** Does a pass, and looks up of which events of a type it wrote the owners are told. */
export async function announcedBy<Result>(
  { world: { repository } }: System,
  type: StoredEvent["type"],
  pass: () => Promise<Result>,
): Promise<Announced<Result>> {
  const last = (await storedEvents(repository)).at(-1)?.sequence ?? 0;
  const result = await pass();
  const announced = (await storedEvents(repository))
    .filter((event) => event.sequence > last && event.type === type && event.deliver)
    .map(({ tokenId }) => tokenId ?? "");
  return { ...result, announced };
}

/** The whole trail of both accounts, oldest first. */
export async function storedEvents(
  repository: Repository,
): Promise<Awaited<ReturnType<Repository["events"]>>> {
  const trails = await Promise.all(
    [ACCOUNT, OTHER_ACCOUNT].map((account) => repository.events({ account, limit: 10_000 })),
  );
  return trails.flat().sort((left, right) => left.sequence - right.sequence);
}

export async function performChange({ world }: System, change: OwnerChange): Promise<void> {
  const { owner, facts, isAnnounced } = change;
  world.directory.remove(owner);
  if (facts !== undefined) world.directory.change(owner, facts);
  if (isAnnounced) await world.tokens.ownerChanged(owner);
  else world.clock.pass(OWNER_CACHE);
}
