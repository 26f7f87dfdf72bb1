import { expect } from "vitest";
import {
  type Duration,
  type Issued,
  type Repository,
  type Secret,
  SYSTEM,
  type TokenKind,
} from "../../../src/index.ts";
import { START } from "../../support/clock.ts";
import { ACCOUNT, ADA } from "../../support/directory.ts";
import { createWorld, outcomeOf, type World } from "../../support/world.ts";
import type { Move, Step, Story } from "./lives.ts";
import { PaperToken } from "./model.ts";

const HOUR_MS = 3_600_000;

/** A token of the story: as it is, and on paper. */
interface Living {
  readonly kind: string;
  readonly isPair: boolean;
  id: string;
  secret: Secret;
  paper: PaperToken;
}

/** Tells a story over a repository, and compares each thing that happens with what paper says. */
export async function live(story: Story, repository: Repository): Promise<void> {
  const kinds = story.kinds.map((kind, index) => [`kind${index}`, kindOf(kind, index)] as const);
  const world = createWorld({ repository, kinds: Object.fromEntries(kinds) });
  world.clock.set(START + story.startHours * HOUR_MS);
  const papers = new Map<string, PaperToken>();
  const living: Living[] = [];
  for (const [index, { isPair, ...rules }] of story.kinds.entries()) {
    const kind = `kind${index}`;
    const { token, secret } = await world.issue({ kind });
    const paper = new PaperToken(rules, world.clock.now());
    papers.set(token.id, paper);
    living.push({ ...{ kind, isPair, id: token.id, secret, paper } });
  }
  for (const step of story.steps) {
    const token = living[step.token % living.length];
    if (token === undefined) continue;
    world.clock.set(movedTo(step.move, token.paper, world.clock.now()));
    await happen(world, step, token, papers);
  }
  const events = await repository.events({
    ...{ account: ACCOUNT, types: ["token.expiring"], limit: 10_000 },
  });
  for (const [id, { sent }] of papers) {
    const own = events.filter(({ tokenId }) => tokenId === id).reverse();
    expect(own.map(({ at, data }) => ({ at, threshold: data.threshold }))).toEqual(sent);
  }
  await world.tokens.close();
}

function kindOf({ expiry, reminders, isPair }: Story["kinds"][number], index: number): TokenKind {
  return {
    ...{ prefix: `acme_k${index}`, access: "owner", expiry, reminders },
    ...(isPair
      ? { slots: "pair", replacement: "rotate" }
      : { slots: "many", replacement: "regenerate" }),
  };
}

function movedTo(move: Move, paper: PaperToken, now: number): number {
  const origin = move.type === "by" ? now : paper.edge(move.range);
  return origin + move.hours * HOUR_MS;
}

async function happen(
  world: World,
  step: Step,
  token: Living,
  papers: Map<string, PaperToken>,
): Promise<void> {
  const now = world.clock.now();
  switch (step.deed) {
    case "pass": {
      const due = [...papers.values()].reduce((sum, paper) => sum + paper.pass(now), 0);
      return expect(await remindOn(world, step.nodes)).toBe(due);
    }
    case "use":
      return use(world, token);
    case "update":
      return update(world, token, step.option);
    case "regenerate":
      return regenerate(world, token, step.option);
    case "rotate":
      return rotate(world, token, papers);
  }
}

/** On so many nodes at once. */
async function remindOn(world: World, nodes: number): Promise<number> {
  const others = Array.from({ length: nodes - 1 }, () => world.node());
  const passes = await Promise.all([world.tokens, ...others].map((node) => node.jobs.remind()));
  return passes.reduce((sum, { reminded }) => sum + reminded, 0);
}

/** On a node of its own that is closed: then the use is written. */
async function use({ node, clock }: World, { secret, paper }: Living): Promise<void> {
  const used = node();
  const verdict = await used.verify(secret, { api: "orders", method: "GET" });
  await used.close();
  expect(verdict.ok).toBe(paper.isAlive(clock.now()));
  paper.use(clock.now());
}

function chosenBy({ rules: { expiry } }: PaperToken, option: number): Duration | undefined {
  return expiry.type === "choice" ? expiry.options[option % expiry.options.length] : undefined;
}

async function update({ tokens, clock }: World, token: Living, option: number): Promise<void> {
  const chosen = chosenBy(token.paper, option);
  if (chosen === undefined) return;
  const now = clock.now();
  const updating = tokens.update({ tokenId: token.id, actor: SYSTEM, expiresIn: chosen });
  expect(await outcomeOf(updating)).toBe(token.paper.isAlive(now) ? "ok" : "expired");
  if (token.paper.isAlive(now)) token.paper.renew(now, { chosen, isNewSecret: false });
}

async function regenerate({ tokens, clock }: World, token: Living, option: number): Promise<void> {
  if (token.isPair) return;
  const chosen = chosenBy(token.paper, option);
  const now = clock.now();
  const request = { tokenId: token.id, actor: SYSTEM, expiresIn: chosen } as const;
  let issued: Issued | undefined;
  const outcome = await outcomeOf(
    tokens.regenerate(request).then((made) => {
      issued = made;
    }),
  );
  expect(outcome).toBe(token.paper.isAlive(now) ? "ok" : "expired");
  if (issued === undefined) return;
  token.secret = issued.secret;
  token.paper.renew(now, { ...(chosen === undefined ? {} : { chosen }), isNewSecret: true });
}

async function rotate(
  { tokens, clock }: World,
  token: Living,
  papers: Map<string, PaperToken>,
): Promise<void> {
  if (!token.isPair || !token.paper.isAlive(clock.now())) return;
  const rotated = await tokens.rotate({ owner: ADA, kind: token.kind, actor: SYSTEM });
  if (!("secret" in rotated)) throw new Error("it waits for a confirmation");
  token.paper.isReplaced = true;
  token.paper = new PaperToken(token.paper.rules, clock.now());
  token.id = rotated.token.id;
  token.secret = rotated.secret;
  papers.set(token.id, token.paper);
}
