import { checkMethods } from "../checks.ts";
import type { Tokenry } from "../face.ts";
import { type Actor, SYSTEM } from "../model.ts";
import { CommandError } from "./command-error.ts";
import { type ConfigDatabase, supplied, type TokenryConfig } from "./config.ts";
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
  #tokens: Promise<Tokenry> | undefined;

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

  config(): Promise<TokenryConfig> {
    this.#config ??= this.#load(this.terminal.folder, this.values.text("config"));
    return this.#config;
  }

  tokens(): Promise<Tokenry> {
    this.#tokens ??= this.#openTokens();
    return this.#tokens;
  }

  async database(): Promise<ConfigDatabase> {
    const { database } = await this.config();
    if (database === undefined)
      throw new CommandError("The configuration has no database.", {
        next: "Give it your Kysely instance: defineConfig({ tokens, database: db }).",
      });
    return supplied(database, DATABASE_METHODS, "config.database");
  }

  /** Writes lines for whoever asked, or a program. `false`: nobody reads any more. */
  print(lines: readonly string[]): Promise<boolean> {
    return this.terminal.out.write(lines.map((line) => `${line}\n`).join(""));
  }

  /** One JSON document. */
  printJson(document: unknown): Promise<boolean> {
    return this.terminal.out.write(`${jsonText(document, 2)}\n`);
  }

  /** Tells the person, beside the result. */
  async tell(text: string): Promise<void> {
    await this.terminal.err.write(`${shownLines(text).join("\n")}\n`);
  }

  /** Closes what was opened: the tokenry, then the host's own clients. What was not opened is not made for it. */
  async close(): Promise<void> {
    const config = await this.#config?.catch(() => undefined);
    if (config === undefined) return;
    const tokens = await this.#tokens?.catch(() => undefined);
    try {
      await tokens?.close();
    } finally {
      await config.close?.();
    }
  }

  async #openTokens(): Promise<Tokenry> {
    const { tokens } = await this.config();
    const opened = await supplied(tokens, TOKENRY_METHODS, "config.tokens");
    checkMethods(opened.jobs, ["sweep", "deliver"], "config.tokens.jobs");
    return opened;
  }
}
