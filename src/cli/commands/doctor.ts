import { stripVTControlCharacters, styleText } from "node:util";
import { answerInTime } from "../answer-in-time.ts";
import type { Command } from "../command.ts";
import { CommandError } from "../command-error.ts";
import { DATABASE_CHECKS } from "../doctor/database-checks.ts";
import { type Check, type Finding, failed, warning } from "../doctor/finding.ts";
import { REDIS_CHECKS } from "../doctor/redis-checks.ts";
import { SETTING_CHECKS } from "../doctor/setting-checks.ts";
import { TOKENRY_CHECKS } from "../doctor/tokenry-checks.ts";
import { EXIT } from "../exit-codes.ts";
import { correctionOf, reasonOf } from "../failure.ts";
import { CONFIG_OPTION, JSON_OPTION } from "../options.ts";
import type { Session } from "../session.ts";
import { cell, shown } from "../shown.ts";
import { hasColours } from "../terminal.ts";

const CHECKS: readonly Check[] = [
  ...DATABASE_CHECKS,
  ...REDIS_CHECKS,
  ...TOKENRY_CHECKS,
  ...SETTING_CHECKS,
];
const COLOURS = { ok: "green", warning: "yellow", failed: "red" } as const;

const NOT_LOOKED_AT = warning("not looked at: see tokenry above", "See to tokenry first.");

interface Named extends Finding {
  readonly name: string;
}

/** `tokenry doctor`: looks at all that tokenry works with. */
export const doctor: Command = {
  name: "doctor",
  description: "looks at the database, Redis, the directory, notices and settings",
  options: {
    owner: { type: "text", hint: "owner", description: "whom to ask the directory about" },
    ...CONFIG_OPTION,
    ...JSON_OPTION,
  },
  async run(session) {
    // Without a configuration there is nothing to look at.
    const config = await session.config();
    const findings: Named[] = [];
    for (const check of CHECKS) {
      const isInVain = check.needsTokenry?.(config) === true && hasFailed(findings, "tokenry");
      const finding = isInVain ? NOT_LOOKED_AT : await look(session, check);
      if (finding === undefined) continue;
      const named = { name: check.name, ...finding };
      findings.push(named);
      if (!session.isJson) await session.print(linesOf(session, named));
    }
    const isWell = findings.every(({ status }) => status !== "failed");
    if (session.isJson) await session.printJson({ ok: isWell, checks: findings });
    else await session.print([sumOf(findings)]);
    return isWell ? EXIT.done : EXIT.failed;
  },
};

function hasFailed(findings: readonly Named[], which: string): boolean {
  return findings.some(({ name, status }) => name === which && status === "failed");
}

async function look(session: Session, { next, run }: Check): Promise<Finding | undefined> {
  const { terminal } = session;
  try {
    const finding = await answerInTime(terminal, run(session));
    if (finding === undefined) return undefined;
    return { ...finding, message: shown(finding.message) };
  } catch (error) {
    if (terminal.interrupted.aborted) throw error;
    return failed(reasonOf(error), adviceOf(error, next));
  }
}

/** What knows better than the check what to do. */
function adviceOf(error: unknown, next: string): string {
  return (error instanceof CommandError ? error.next : correctionOf(error)) ?? next;
}

function linesOf({ terminal }: Session, { name, status, message, next }: Named): string[] {
  const mark = styleText(COLOURS[status], status.padEnd(7), { validateStream: false });
  const shownMark = hasColours(terminal, terminal.out) ? mark : stripVTControlCharacters(mark);
  const line = `${shownMark}  ${name.padEnd(15)}  ${cell(message)}`;
  return next === undefined ? [line] : [line, `${" ".repeat(26)}next: ${cell(next)}`];
}

function sumOf(findings: readonly Named[]): string {
  const count = (status: Finding["status"]): number =>
    findings.filter((finding) => finding.status === status).length;
  return `${count("ok")} ok, ${count("warning")} with warnings, ${count("failed")} failed`;
}
