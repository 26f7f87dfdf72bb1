import { parseArgs } from "node:util";
import type { ArgsDef } from "citty";
import { wrongUse } from "./command-error.ts";
import { readInstant } from "./read-instant.ts";

/** An option of a command. A `list` may be given more than once. */
export interface Option {
  readonly type: "text" | "flag" | "list";
  readonly description: string;
  /** What its value is, in usage. */
  readonly hint?: string;
}

/** An argument without a name. */
export interface Positional {
  readonly name: string;
  readonly description: string;
  readonly isOptional?: boolean;
  /** Takes all that are left. */
  readonly takesRest?: boolean;
}

/** The options of a command by their names. */
export type Options = Readonly<Record<string, Option>>;

export const JSON_OPTION: Options = {
  json: { type: "flag", description: "print one JSON document, for programs" },
};
export const CONFIG_OPTION: Options = {
  config: { type: "text", hint: "path", description: "the configuration (tokenry.config.ts here)" },
};
export const ACTOR_OPTION: Options = {
  actor: { type: "text", hint: "owner", description: "who does it (the host itself, SYSTEM)" },
};
export const YES_OPTION: Options = {
  yes: { type: "flag", description: "do it without a question" },
};
export const VERBOSE_OPTION: Options = {
  verbose: { type: "flag", description: "show the stack of an error" },
};

/** The same for citty, which makes the usage of it. */
export function cittyArgs(positionals: readonly Positional[], options: Options): ArgsDef {
  const places = positionals.map(({ name, description, isOptional = false }) => [
    name,
    { type: "positional", description, required: !isOptional },
  ]);
  const named = Object.entries(options).map(([name, { type, description, hint }]) => [
    name,
    type === "flag"
      ? { type: "boolean", description }
      : {
          type: "string",
          description: type === "list" ? `${description}; may be repeated` : description,
          ...(hint === undefined ? {} : { valueHint: hint }),
        },
  ]);
  return Object.fromEntries([...places, ...named]);
}

type Parsed = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** What was typed, checked against what the command takes. Throws `wrongUse`, and TypeError for a name that the command does not have. */
export class Values {
  readonly #named: Parsed;
  readonly #places: readonly string[];
  readonly #positionals: readonly Positional[];
  readonly #options: Options;

  constructor(args: readonly string[], positionals: readonly Positional[], options: Options) {
    const { values, positionals: places } = parsed(args, options);
    this.#named = values;
    this.#places = places;
    this.#positionals = positionals;
    this.#options = options;
    const takesAll = positionals.at(-1)?.takesRest === true;
    if (!takesAll && places.length > positionals.length)
      throw wrongUse("There are too many arguments.", "--help shows which it takes.");
    const missing = positionals[places.length];
    if (missing !== undefined && missing.isOptional !== true)
      throw wrongUse(`<${missing.name}> is missing.`, "--help shows what it takes.");
  }

  /** A positional argument that must be there. */
  place(name: string): string {
    const place = this.optionalPlace(name);
    if (place === undefined) throw new TypeError(`<${name}> may be absent`);
    return place;
  }

  /** A positional argument that may be absent. */
  optionalPlace(name: string): string | undefined {
    return this.#places[this.#indexOf(name)];
  }

  /** A positional argument and all that follow. */
  rest(name: string): readonly string[] {
    return this.#places.slice(this.#indexOf(name));
  }

  text(name: string): string | undefined {
    const value = this.#value(name, "text");
    return typeof value === "string" ? value : undefined;
  }

  /** An option that the command cannot do without. */
  required(name: string): string {
    const text = this.text(name);
    if (text === undefined) throw wrongUse(`--${name} is missing.`, "--help shows what it takes.");
    return text;
  }

  flag(name: string): boolean {
    return this.#value(name, "flag") === true;
  }

  list(name: string): readonly string[] {
    const value = this.#value(name, "list");
    return Array.isArray(value) ? value.map(String) : [];
  }

  /** A whole number between bounds. */
  number(name: string, least: number, most: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw wrongUse(`--${name} must be a whole number, ${least} to ${most}.`);
  }

  /** An instant: `readInstant`. */
  date(name: string): Date | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : readInstant(text, `--${name}`);
  }

  /** Refuses what would be without effect beside another option, or undone by it. */
  checkApart(pairs: readonly (readonly [string, string])[]): void {
    for (const [first, second] of pairs)
      if (this.#named[first] !== undefined && this.#named[second] !== undefined)
        throw wrongUse(`--${first} and --${second} do not go together.`);
  }

  #indexOf(name: string): number {
    const index = this.#positionals.findIndex((positional) => positional.name === name);
    if (index < 0) throw new TypeError(`the command has no argument <${name}>`);
    return index;
  }

  #value(name: string, type: Option["type"]): Parsed[string] {
    const option = Object.hasOwn(this.#options, name) ? this.#options[name] : undefined;
    // Flags are looked at by what all commands share, also where a command has none of that name.
    if (option === undefined && type === "flag") return undefined;
    if (option?.type !== type) throw new TypeError(`the command has no option --${name}: ${type}`);
    return this.#named[name];
  }
}

function parsed(args: readonly string[], options: Options) {
  const known = Object.entries(options).map(([name, { type }]) => [
    name,
    { type: type === "flag" ? "boolean" : "string", multiple: type === "list" },
  ]);
  try {
    const config = { args: [...args], allowPositionals: true, strict: true } as const;
    const { values, positionals, tokens } = parseArgs({
      ...config,
      // A cast, as the options are known at run time only.
      options: Object.fromEntries(known) as Record<string, { type: "string"; multiple: boolean }>,
      tokens: true,
    });
    for (const token of tokens) {
      if (token.kind === "option" && token.value === "")
        throw wrongUse(`${token.rawName} must not be empty.`);
    }
    return { values, positionals };
  } catch (error) {
    throw clearer(error);
  }
}

function clearer(error: unknown): unknown {
  if (!(error instanceof TypeError) || !("code" in error)) return error;
  const [, name = "it"] = /'(--?[\w-]+)/.exec(error.message) ?? [];
  switch (error.code) {
    case "ERR_PARSE_ARGS_UNKNOWN_OPTION":
      return wrongUse(`There is no option ${name}.`, "--help shows which there are.");
    case "ERR_PARSE_ARGS_INVALID_OPTION_VALUE": {
      const takesNone = error.message.includes("does not take an argument");
      return wrongUse(
        takesNone ? `${name} takes no value.` : `${name} needs a value.`,
        takesNone ? undefined : `Write ${name}=VALUE where the value begins with "-".`,
      );
    }
    default:
      return error;
  }
}
