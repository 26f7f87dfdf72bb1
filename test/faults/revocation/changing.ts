import {
  type Issued,
  SYSTEM,
  type Tokenry,
  TokenryError,
  type UpdateRequest,
} from "../../../src/index.ts";
import { jitter } from "../../fixtures/jitter.ts";
import { type KnownTokens, oneOf } from "./known-tokens.ts";
import type { ChangeLine, Known, Message, OwnerFacts, SecretName } from "./log.ts";
import { ADDRESS, type KindName, ownerOf, SHORT_LIFE } from "./scene.ts";

/** What a process changes with. */
export interface Changer {
  readonly tokens: Tokenry<KindName>;
  readonly process: number;
  readonly known: KnownTokens;
  readonly elapsed: () => number;
  readonly tell: (message: Message) => void;
  /** Writes the facts of an owner where the directory reads them. */
  readonly writeOwner: (owner: string, facts: OwnerFacts) => Promise<void>;
  readonly changes: ChangeLine[];
  readonly refused: Record<string, number>;
}

/** How many tokens of each kind an owner is to have. */
const POPULATION: Readonly<Record<KindName, number>> = { chosen: 4, sliding: 3, pair: 1 };

/** What a change says of itself once it is done. */
type Said = Partial<Omit<ChangeLine, "begun" | "acknowledged" | "process" | "type">>;

/** Makes one change and writes it down if it was acknowledged. What is refused changes nothing. */
async function change(
  changer: Changer,
  type: ChangeLine["type"],
  tokenId: string | undefined,
  make: () => Promise<Said>,
): Promise<void> {
  const { process, elapsed, tell, known, changes, refused } = changer;
  if (tokenId !== undefined) {
    known.begin(tokenId);
    tell({ type: "begun", tokenId });
  }
  const begun = elapsed();
  try {
    const said = await make();
    changes.push({ begun, acknowledged: elapsed(), process, type, ...said });
  } catch (error) {
    if (!(error instanceof TokenryError)) throw error;
    refused[error.code] = (refused[error.code] ?? 0) + 1;
    const isGone = error.code === "not_found" || error.code === "expired";
    if (tokenId !== undefined && isGone) forget(changer, tokenId);
  }
}

function forget({ known, tell }: Changer, tokenId: string): void {
  known.remove(tokenId);
  tell({ type: "gone", tokenId });
}

/** Tells the others of a secret, and what the change says of itself. */
function given({ known, process, tell }: Changer, { secret, token }: Issued, at: Date): Said {
  const name: SecretName = `${process}:${known.secrets.length}`;
  const news: Known = {
    tokenId: token.id,
    // A cast: the tokens are of these kinds.
    kind: token.kind as KindName,
    owner: token.owner,
    ...{ name, secret: secret.reveal() },
  };
  known.add(news);
  tell({ type: "known", known: news });
  return { tokenId: token.id, at: at.getTime(), secret: name };
}

/** Issues what the process's owner lacks. */
export async function populate(changer: Changer): Promise<void> {
  const { tokens, known, process } = changer;
  const owner = ownerOf(process);
  for (const kind of ["chosen", "sliding", "pair"] as const) {
    const lacks = POPULATION[kind] - known.count(owner, kind);
    for (let count = 0; count < lacks; count += 1) {
      await change(changer, "issue", undefined, async () => {
        const request = { kind, owner, actor: SYSTEM, name: "new", access: "full" } as const;
        const issued = await tokens.issue(request);
        return given(changer, issued, issued.token.createdAt);
      });
    }
  }
}

/** Changes a token, whose it is. */
export async function changeToken(changer: Changer): Promise<void> {
  await populate(changer);
  const chance = Math.random();
  if (chance < 0.5) await update(changer);
  else if (chance < 0.75) await regenerate(changer);
  else if (chance < 0.88) await revoke(changer);
  else await rotate(changer);
}

async function update(changer: Changer): Promise<void> {
  const { tokens, known } = changer;
  const target = known.any();
  if (target === undefined) return;
  const { tokenId, kind } = target;
  await change(changer, "update", tokenId, async () => {
    const name = `${changer.process} ${changer.changes.length}`;
    const token = await tokens.update({ tokenId, actor: SYSTEM, name, ...newRules(kind) });
    return { tokenId, at: token.updatedAt.getTime() };
  });
}

/** As often as not all is allowed again; a life that was shortened stays so. */
function newRules(kind: KindName): Pick<UpdateRequest, "access" | "network" | "expiresIn"> {
  const chance = Math.random();
  if (kind === "chosen" && chance < 0.1) return { expiresIn: SHORT_LIFE };
  if (chance < 0.55) return { network: null, access: "full" };
  const networks = [{ include: [ADDRESS] }, { exclude: [ADDRESS] }, { include: ["198.51.100.1"] }];
  return chance < 0.8
    ? { network: oneOf(networks) ?? null }
    : { access: oneOf(["read", "none"] as const) ?? "none" };
}

async function regenerate(changer: Changer): Promise<void> {
  const target = changer.known.any(({ kind }) => kind !== "pair");
  if (target === undefined) return;
  const { tokenId } = target;
  await change(changer, "regenerate", tokenId, async () => {
    const issued = await changer.tokens.regenerate({ tokenId, actor: SYSTEM });
    return given(changer, issued, issued.token.updatedAt);
  });
}

async function revoke(changer: Changer): Promise<void> {
  const target = changer.known.any();
  if (target === undefined) return;
  const { tokenId } = target;
  await change(changer, "revoke", tokenId, async () => {
    const reason = `${changer.process} ${changer.changes.length}`;
    await changer.tokens.revoke({ tokenId, actor: SYSTEM, reason });
    forget(changer, tokenId);
    return { tokenId, reason };
  });
}

async function rotate(changer: Changer): Promise<void> {
  const target = changer.known.any(({ kind }) => kind === "pair");
  if (target === undefined) return;
  const { tokenId, owner } = target;
  await change(changer, "rotate", tokenId, async () => {
    const rotated = await changer.tokens.rotate({ owner, kind: "pair", actor: SYSTEM });
    if (!("secret" in rotated))
      throw new Error("a rotation waits, of a kind that asks for no confirmation");
    return { owner, ...given(changer, rotated, rotated.token.createdAt) };
  });
}

/** Switches the process's own owner off for a moment, in one of the ways there are. */
export async function disableOwner(changer: Changer): Promise<void> {
  const off = oneOf([
    { active: false, apiAccess: true },
    { active: true, apiAccess: false },
  ]);
  await setOwner(changer, off ?? { active: false, apiAccess: false });
  await jitter(40);
  await setOwner(changer, { active: true, apiAccess: true });
}

async function setOwner(changer: Changer, facts: OwnerFacts): Promise<void> {
  const owner = ownerOf(changer.process);
  await change(changer, "owner", undefined, async () => {
    await changer.writeOwner(owner, facts);
    await changer.tokens.ownerChanged(owner);
    return { facts };
  });
}
