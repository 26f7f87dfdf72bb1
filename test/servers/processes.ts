import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process and all that descend from it, the eldest first. PostgreSQL's are many, each in a session of its own. Reads Linux's /proc. */
export function familyOf(pid: number): readonly number[] {
  const all = processes();
  const family = [pid];
  // The list grows while it is gone through.
  for (const member of family) {
    family.push(...all.filter(({ parent }) => parent === member).map((child) => child.pid));
  }
  return family;
}

/** Signals each process that is still there. */
export function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
}

/** Stops a whole family, parents first. Returns who was stopped. */
export function freeze(pid: number): readonly number[] {
  for (let family: readonly number[] = [pid]; ; ) {
    signal(family, "SIGSTOP");
    // A signal takes a moment to arrive, enough to bring up another child.
    const now = familyOf(pid);
    if (now.every((member) => family.includes(member))) return family;
    family = now;
  }
}

/** Ends a whole family as a machine's power cut would: none of them has a moment to react to the end of another. */
export function killFamily(pid: number): readonly number[] {
  const family = freeze(pid);
  signal(family, "SIGKILL");
  return family;
}

/** Whether it runs. What has ended and waits for its parent to ask does not. */
export function isRunning(pid: number): boolean {
  const process = read(pid);
  return process !== undefined && process.state !== "Z";
}

/** Where a process runs (`cwd`) or what it runs (`exe`); nothing if it has ended, as PostgreSQL's workers do all the time. */
export function linkOf(pid: number, name: "cwd" | "exe"): string {
  try {
    return readlinkSync(`/proc/${pid}/${name}`);
  } catch {
    return "";
  }
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
}

function processes(): readonly Process[] {
  const names = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return names.map((name) => read(Number(name))).filter((process) => process !== undefined);
}

function read(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // proc_pid_stat(5): pid (name) state parent …; a name may hold spaces and parentheses.
    const [state = "", parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { pid, parent: Number(parent), state };
  } catch {
    // It has ended.
    return undefined;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ESRCH";
}
