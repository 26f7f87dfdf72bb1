import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Bundle } from "../fixtures/bundle.ts";

/** What processes tell each other and the test: of types that a `type` tells apart. */
export type Told = { readonly type: string };

type OfType<Message extends Told, Type extends string> = Extract<Message, { readonly type: Type }>;

/** Processes that run one program, and what they tell. */
export interface Fleet<Message extends Told> extends AsyncDisposable {
  /** Tells all processes something, or all but one. */
  tell(message: Told, except?: number): void;
  /**
   * Resolves when every process has told something of a type, to what each told first, in the order of the processes. Rejects when a
   * process ends.
   */
  all<Type extends Message["type"]>(type: Type): Promise<readonly OfType<Message, Type>[]>;
}

/** What a fleet is made of. */
export interface FleetOptions<Message extends Told> {
  readonly program: Bundle;
  /** For each process the argument that it is given, as JSON. */
  readonly processes: readonly object[];
  /** Hears everything, with the index of the process that told it. */
  readonly onMessage?: (message: Message, index: number) => void;
}

/** Starts processes, which are killed when the fleet is disposed of. */
export function startFleet<Message extends Told>({
  program,
  processes,
  onMessage,
}: FleetOptions<Message>): Fleet<Message> {
  const children = processes.map((argument) => start(program, argument));
  const firsts = children.map(() => new Map<string, Message>());
  const firstOf = async (index: number, type: string): Promise<Message> => {
    for (;;) {
      const first = firsts[index]?.get(type);
      if (first !== undefined) return first;
      await once(children[index] as ChildProcess, "message");
    }
  };
  for (const [index, child] of children.entries()) {
    child.on("message", (message) => {
      // A cast: the program tells nothing else.
      const told = message as Message;
      if (firsts[index]?.has(told.type) === false) firsts[index]?.set(told.type, told);
      onMessage?.(told, index);
    });
  }
  const ended = firstEnd(children);
  return {
    tell(message, except) {
      for (const [index, child] of children.entries()) if (index !== except) child.send(message);
    },
    all<Type extends Message["type"]>(type: Type) {
      const told = Promise.all(children.map((_, index) => firstOf(index, type)));
      // A cast: they are kept by type.
      return Promise.race([ended, told]) as Promise<readonly OfType<Message, Type>[]>;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(children.map(kill));
    },
  };
}

function start({ script }: Bundle, argument: object): ChildProcess {
  return spawn(process.execPath, [script, JSON.stringify(argument)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
}

/** Rejects when the first process ends. */
function firstEnd(children: readonly ChildProcess[]): Promise<never> {
  const ended = new Promise<never>((_, reject) => {
    for (const [index, child] of children.entries()) {
      child.once("error", reject);
      child.once("exit", (code, signal) =>
        reject(new Error(`process ${index} ended too soon (${signal ?? code})`)),
      );
    }
  });
  // In the end all are killed, and nobody waits any more.
  ended.catch(() => undefined);
  return ended;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}
