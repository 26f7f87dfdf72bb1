import {
  type Accepted,
  type Api,
  type Network,
  type Owner,
  SYSTEM,
  type Token,
  type TokenKind,
} from "../../model.ts";
import type { Repository } from "../../ports/repository.ts";
import type {
  HttpConformanceApp,
  HttpConformanceTokenry,
  HttpProfile,
  HttpRun,
  HttpRunAnswer,
  HttpSettings,
  HttpTokenry,
} from "./app.ts";

const plain = {
  slots: "many",
  expiry: { type: "never" },
  access: "owner",
  replacement: "revoke-first",
} as const;

const KINDS: Readonly<Record<string, TokenKind>> = {
  /** Half of an API's rate, no expiry. */
  service: { ...plain, prefix: "svc" },
  /** All of an API's rate. */
  whole: { ...plain, prefix: "whl", budgetPercent: 100 },
  /** Levels of its own. */
  granted: { ...plain, prefix: "grt", access: "granted" },
  /** Ends an hour after it was issued. */
  brief: { ...plain, prefix: "brf", expiry: { type: "fixed", after: { hours: 1 } } },
};

const APIS: Readonly<Record<string, Api>> = {
  orders: { limit: 600, window: { minutes: 1 } },
  invoices: { limit: 10, window: { minutes: 1 }, methods: ["GET", "POST", "OPTIONS"] },
};

/** Ended by more than every budget, failure limit and window of the suite lasts. */
const BETWEEN_CASES_MS = 2 * 3_600_000;

/** What a case wants of a token; its owner is made with it. */
export interface TokenWish {
  readonly kind?: "service" | "whole" | "granted" | "brief";
  readonly owner?: Partial<Owner<HttpProfile>>;
  readonly access?: "read" | "full";
  readonly network?: Network;
}

/** A token of a case. */
export interface IssuedToken {
  readonly secret: string;
  readonly token: Token;
}

/** Everything behind the server of one group: a tokenry in memory, its owners, its time and what its handlers saw. */
export class HttpWorld {
  readonly app: HttpConformanceApp;
  readonly tokens: HttpTokenry;
  readonly owners: Map<string, Owner<HttpProfile>> = new Map<string, Owner<HttpProfile>>();
  /** Every run of a protected handler in this case. */
  readonly runs: HttpRun[] = [];
  /** How often a token was looked up in this case. */
  reads = 0;
  /** What a look-up throws, while there is something. */
  fault: Error | undefined;
  /** What a look-up waits for first, while there is something. */
  #gate: Promise<void> | undefined;
  /** Milliseconds since 1970, as tokenry and the adapter see it. */
  now: number = Date.UTC(2026, 0, 1);
  #made = 0;

  constructor({ createTokenry, memoryRepository }: HttpConformanceTokenry, settings: HttpSettings) {
    const clock = { now: () => this.now };
    this.tokens = createTokenry({
      kinds: KINDS,
      apis: APIS,
      directory: { find: (id) => this.owners.get(id) },
      repository: this.#watched(memoryRepository()),
      clock,
      cache: { owner: false },
      // The outages of the cases are their own doing.
      onError: () => {},
    });
    const options: HttpSettings = { clock, ...settings };
    this.app = { tokens: this.tokens, options, ran: (run) => this.#ran(run) };
  }

  /** As if nothing had been asked of the server so far: all budgets are full, and no failure counts. */
  beginCase(): void {
    this.now += BETWEEN_CASES_MS;
    this.runs.length = 0;
    this.reads = 0;
    this.fault = undefined;
    this.#gate = undefined;
  }

  /** Makes look-ups wait until they are let go on, or until they are made to fail. */
  holdLookUps(): { readonly release: () => void; readonly fail: (error: Error) => void } {
    let [release, fail]: [() => void, (error: Error) => void] = [() => {}, () => {}];
    const gate = new Promise<void>((resolve, reject) => {
      [release, fail] = [resolve, reject];
    });
    // Without a look-up that waits, a failure is nobody's.
    gate.catch(() => {});
    this.#gate = gate;
    return {
      release: () => {
        this.#gate = undefined;
        release();
      },
      fail: (error) => fail(error),
    };
  }

  async issue({
    kind = "service",
    owner = {},
    access,
    network,
  }: TokenWish = {}): Promise<IssuedToken> {
    this.#made += 1;
    const id = owner.id ?? `owner-${this.#made}`;
    const account = owner.account ?? `account-${this.#made}`;
    this.owners.set(id, { active: true, ...owner, id, account });
    const { secret, token } = await this.tokens.issue({
      kind,
      owner: id,
      actor: SYSTEM,
      name: "conformance",
      access: access ?? (kind === "granted" ? "full" : undefined),
      network,
    });
    return { secret: secret.reveal(), token };
  }

  #watched(repository: Repository): Repository {
    const findByHash: Repository["findByHash"] = (hashes) => {
      this.reads += 1;
      if (this.fault !== undefined) throw this.fault;
      if (this.#gate === undefined) return repository.findByHash(hashes);
      return this.#gate.then(() => repository.findByHash(hashes));
    };
    return new Proxy(repository, {
      get(target, name) {
        if (name === "findByHash") return findByHash;
        const member: unknown = Reflect.get(target, name);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
  }

  #ran(run: HttpRun): HttpRunAnswer {
    this.runs.push(run);
    // A subject that finds no verdict is to fail the case, not the handler.
    const verdict = run.verdict as Partial<Accepted> | undefined;
    const answer = {
      owner: verdict?.owner?.id ?? "",
      token: verdict?.token?.id ?? "",
      kind: verdict?.token?.kind ?? "",
      method: run.method,
    };
    return run.bytes === undefined ? answer : { ...answer, bytes: run.bytes };
  }
}
