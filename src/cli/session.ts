import { checkMethods } from "../checks.ts";
import type { Tokenry } from "../face.ts";
import { type Actor, SYSTEM } from "../model.ts";
import { CommandError } from "./command-error.ts";
import { type ConfigDatabase, type ConfigRedis, supplied, type TokenryConfig } from "./config.ts";
import type { LoadConfig } from "./load-config.ts";
import type { Values } from "./options.ts";
import { jsonText, shownLines } from "./shown.ts";
import type { Terminal } from "./terminal.ts";

const TOKENRY_METHODS = ["issue", "get", "list", "revoke", "events", "close"] as const;
const DATABASE_METHODS = ["withoutPlugins", "transaction", "getExecutor"] as const;

/** One run of a command: what was typed, the terminal, and the host's parts, each made when it is first asked for. */
export class Session {
  readonly terminal: Terminal;
  readonly values: Values;
  readonly #load: LoadConfig;
  #config: Promise<TokenryConfig> | undefined;
  #loaded: TokenryConfig | undefined;
  #tokens: Promise<Tokenry> | undefined;
  #opened: Tokenry | undefined;
  #database: Promise<ConfigDatabase> | undefined;
  #redis: Promise<ConfigRedis | undefined> | undefined;
  #isChanging = false;

  constructor(terminal: Terminal, values: Values, load: LoadConfig) {
    this.terminal = terminal;
    this.values = values;
    this.#load = load;
  }

  get isJson(): boolean {
    return this.values.flag("json");
  }

  /** The host itself, unless an owner was named. */
  get actor(): Actor {
    return this.values.text("actor") ?? SYSTEM;
  }

  /** Whether an operation that changes something was begun. */
  get isChanging(): boolean {
    return this.#isChanging;
  }

  config(): Promise<TokenryConfig> {
    this.#config ??= this.#loadConfig();
    return this.#config;
  }

  tokens(): Promise<Tokenry> {
    this.#tokens ??= this.#openTokens();
    return this.#tokens;
  }

  database(): Promise<ConfigDatabase> {
    this.#database ??= this.#openDatabase();
    return this.#database;
  }

  /** `undefined` where the configuration has none. */
  redis(): Promise<ConfigRedis | undefined> {
    this.#redis ??= this.#openRedis();
    return this.#redis;
  }

  /** Waits for an operation that changes something: whoever interrupts from here on is told that it may be done. */
  change<Result>(operation: Promise<Result>): Promise<Result> {
    this.#isChanging = true;
    return operation;
  }

  /** Writes lines for whoever asked, or a program. `false`: nobody reads any more. */
  print(lines: readonly string[]): Promise<boolean> {
    return this.terminal.out.write(lines.map((line) => `${line}\n`).join(""));
  }

  /** One JSON document. */
  printJson(document: unknown): Promise<boolean> {
    return this.terminal.out.write(`${jsonText(document, 2)}\n`);
  }

  /** Tells the person, beside the result. What is done is no failure because nobody could be told. */
  async tell(text: string): Promise<void> {
    await this.terminal.err.write(`${shownLines(text).join("\n")}\n`).catch(() => false);
  }

  /** Closes what was opened: the tokenry, then the host's own clients. What was not opened, or not yet, is not waited for. */
  async close(): Promise<void> {
    try {
      await this.#opened?.close();
    } finally {
      await this.#loaded?.close?.();
    }
  }

  async #loadConfig(): Promise<TokenryConfig> {
    this.#loaded = await this.#load(this.terminal.folder, this.values.text("config"));
    return this.#loaded;
  }

  async #openTokens(): Promise<Tokenry> {
    const { tokens } = await this.config();
    if (tokens === undefined)
      throw new CommandError("The configuration has no tokens.", {
        next: "Give it your tokenry: defineConfig({ tokens: () => createTokenry({ … }) }).",
      });
    const opened = await supplied(tokens, TOKENRY_METHODS, "config.tokens");
    this.#opened = opened;
    checkMethods(opened.jobs, ["sweep", "deliver"], "config.tokens.jobs");
    return opened;
  }

  async #openDatabase(): Promise<ConfigDatabase> {
    const { database } = await this.config();
    if (database === undefined)
      throw new CommandError("The configuration has no database.", {
        next: "Give it your Kysely instance: defineConfig({ tokens, database: db }).",
      });
    return supplied(database, DATABASE_METHODS, "config.database");
  }

  async #openRedis(): Promise<ConfigRedis | undefined> {
    const { redis } = await this.config();
    return redis === undefined ? undefined : supplied(redis, ["ping"], "config.redis");
  }
}
