import { inspect, styleText } from "node:util";
import type { Token, TokenEvent } from "tokenry";

/** Prints a story as numbered steps. */
export interface Teller {
  /** How many steps have been told. */
  readonly steps: number;
  chapter(title: string): void;
  /** Runs a step between its title and what it shows. What the step asserts must hold: the story ends where it does not. */
  step<Result>(title: string, shows: string, run: () => Promise<Result>): Promise<Result>;
  asks(text: string): void;
  answers(text: string): void;
  adds(text: string): void;
}

export function createTeller(): Teller {
  let steps = 0;
  return {
    get steps() {
      return steps;
    },
    chapter: (title) => print(`\n${styleText("bold", title)}`),
    async step(title, shows, run) {
      steps += 1;
      print(`\n${String(steps).padStart(3)}. ${styleText("bold", title)}`);
      try {
        const result = await run();
        print(styleText("green", `     ✓ ${shows}`));
        return result;
      } catch (cause) {
        throw new Error(`step ${steps} was not answered as expected`, { cause });
      }
    },
    asks: (text) => print(indented("→", text)),
    answers: (text) => print(indented("←", text)),
    adds: (text) => print(indented(" ", text)),
  };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function indented(mark: string, text: string): string {
  return `     ${mark} ${text.replaceAll("\n", "\n       ")}`;
}

/**
 * The same object, with every call of its methods told: what is asked, and what is answered or thrown.
 *
 * What the story prints of the host's code is so what the host's code did.
 */
export function told<Target extends object>(tell: Teller, name: string, target: Target): Target {
  // Over an empty object, as a proxy over a frozen one may answer with nothing but its own members. The cast gives back its type.
  return new Proxy({} as Target, {
    get(_, key) {
      const member: unknown = Reflect.get(target, key);
      const path = `${name}.${String(key)}`;
      if (typeof member === "object" && member !== null) return told(tell, path, member);
      if (typeof member !== "function") return member;
      return (...request: unknown[]) => {
        tell.asks(`${path}(${request.map(short).join(", ")})`);
        const answer: unknown = Reflect.apply(member, target, request);
        return answer instanceof Promise ? toldLater(tell, answer) : toldNow(tell, answer);
      };
    },
  });
}

function toldNow(tell: Teller, answer: unknown): unknown {
  if (answer !== undefined) tell.answers(short(answer));
  return answer;
}

async function toldLater(tell: Teller, answer: Promise<unknown>): Promise<unknown> {
  try {
    const value = await answer;
    tell.answers(value === undefined ? "done" : short(value));
    return value;
  } catch (error) {
    if (error instanceof Error) tell.answers(`${error.name}: ${error.message}`);
    throw error;
  }
}

function short(value: unknown): string {
  return inspect(briefly(value), { depth: 5, compact: 5, breakLength: 94 });
}

/** Of tokens and events in an answer, the part that tells the story. */
function briefly(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(briefly);
  if (typeof value !== "object" || value === null) return value;
  if (isToken(value)) return asText(tokenText(value));
  if (isEvent(value)) return asText(`${value.type} by ${value.actor} ${inspect(value.data)}`);
  if (value.constructor !== Object) return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, briefly(held)]));
}

function isToken(value: object): value is Token {
  return "hint" in value && "slot" in value;
}

function isEvent(value: object): value is TokenEvent {
  return "type" in value && "outcome" in value;
}

function tokenText({ name, slot, hint, access, expiresAt }: Token): string {
  const end = expiresAt === null ? "never expires" : `until ${expiresAt.toISOString()}`;
  const parts = [name, slot, hint, access === null ? null : inspect(access), end];
  return `Token(${parts.filter((part) => part !== null).join(", ")})`;
}

/** A value that prints as it is, without quotes. */
function asText(text: string): object {
  return { [inspect.custom]: () => text };
}
