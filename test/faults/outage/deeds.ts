import { type Actor, type Issued, type Notice, SYSTEM, type Token } from "../../../src/index.ts";
import { KINDS, type World } from "../../support/world.ts";
import type { Deed, Line } from "../journal.ts";

/** What came of a deed. */
export type Result = Pick<Line, "tokenId" | "secret" | "revoked">;

/** Things to do to owners' tokens, at random. */
export interface Deeds {
  /** Something to do next. */
  choose(owner: string): Promise<Deed>;
  /** Does it, and gives what is needed to know of the result. */
  perform(owner: string, deed: Deed): Promise<Result>;
}

/** Makes deeds in a world. Its notices go through this, which is told of each that was handed over: they bring the codes of rotations. */
export function createDeeds(world: World, onDelivered: (noticeId: string) => void): Deeds {
  const deeds = new WorldDeeds(world);
  world.notifier.deliver = async (notice: Notice) => {
    onDelivered(notice.id);
    deeds.hear(notice);
  };
  return deeds;
}

/** A token more than this, and they end sooner than they are made. */
const FEW = 3;

class WorldDeeds implements Deeds {
  readonly #world: World;
  /** Of each owner, the code of a rotation that waits to be confirmed, and the latest secret. */
  readonly #codes = new Map<string, string>();
  readonly #secrets = new Map<string, string>();
  #steps = 0;

  constructor(world: World) {
    this.#world = world;
  }

  hear({ owner, code }: Notice): void {
    if (owner !== null && code !== undefined) this.#codes.set(owner, code);
  }

  async choose(owner: string): Promise<Deed> {
    const { tokens } = await this.#world.tokens.list({ owner, actor: SYSTEM, limit: 200 });
    const code = this.#codes.get(owner);
    const deeds = [...this.#makingOrEnding(owner, tokens), ...this.#changing(tokens)];
    if (code !== undefined) deeds.push({ name: "confirm", code });
    return oneOf(deeds) ?? { name: "deliver" };
  }

  #makingOrEnding(owner: string, tokens: readonly Token[]): Deed[] {
    if (tokens.length > FEW) return [{ name: "deliver" }, { name: "revokeAll" }];
    const kind = oneOf(Object.keys(KINDS)) ?? "service";
    const secret = this.#secrets.get(owner);
    const deeds: Deed[] = [{ name: "deliver" }, { name: "issue", kind }];
    return secret === undefined ? deeds : [...deeds, { name: "revokeCurrent", secret }];
  }

  #changing(tokens: readonly Token[]): readonly Deed[] {
    const any = oneOf(tokens);
    if (any === undefined) return [];
    const tokenId = any.id;
    this.#steps += 1;
    const deeds: Deed[] = [
      { name: "revoke", tokenId },
      { name: "update", tokenId, called: `name ${this.#steps}` },
    ];
    const application = oneOf(tokens.filter(({ kind }) => kind === "application"));
    if (application !== undefined) deeds.push({ name: "regenerate", tokenId: application.id });
    const pair = oneOf(tokens.filter(({ kind }) => kind === "web" || kind === "direct"));
    return pair === undefined ? deeds : [...deeds, { name: "rotate", kind: pair.kind }];
  }

  async perform(owner: string, deed: Deed): Promise<Result> {
    const { tokens } = this.#world;
    const actor: Actor = SYSTEM;
    switch (deed.name) {
      case "issue":
        return this.#shown(owner, await this.#world.issue({ owner, kind: deed.kind, name: "new" }));
      case "regenerate":
        return this.#shown(owner, await tokens.regenerate({ tokenId: deed.tokenId, actor }));
      case "rotate": {
        const rotated = await tokens.rotate({ owner, kind: deed.kind, actor });
        return "secret" in rotated ? this.#shown(owner, rotated) : {};
      }
      case "confirm":
        this.#codes.delete(owner);
        return this.#shown(owner, await tokens.confirmRotation({ code: deed.code }));
      case "update":
        await tokens.update({ tokenId: deed.tokenId, actor, name: deed.called });
        return {};
      case "revoke":
        await tokens.revoke({ tokenId: deed.tokenId, actor });
        return {};
      case "revokeAll":
        return tokens.revokeAll({ owner, actor });
      case "revokeCurrent":
        return tokens.revokeCurrent(deed.secret);
      case "deliver":
        await tokens.jobs.deliver();
        return {};
    }
  }

  #shown(owner: string, { secret, token }: Issued): Result {
    this.#secrets.set(owner, secret.reveal());
    return { tokenId: token.id, secret: secret.reveal() };
  }
}

function oneOf<Item>(items: readonly Item[]): Item | undefined {
  return items[Math.floor(Math.random() * items.length)];
}
