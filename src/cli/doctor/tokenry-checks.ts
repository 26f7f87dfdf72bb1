import { TokenryError } from "../../errors.ts";
import { SYSTEM } from "../../model.ts";
import { shown } from "../shown.ts";
import { type Check, ok, warning } from "./finding.ts";

const MOST_PARKED = 200;
/** Whom no directory knows: that it says so is an answer. */
const NOBODY = "tokenry-doctor";

const tokenry: Check = {
  name: "tokenry",
  next: "Correct the options that config.tokens gives to createTokenry.",
  async run(session) {
    const { rules } = await session.tokens();
    const kinds = Object.keys(rules.kinds);
    return ok(`kinds ${kinds.join(", ")}; APIs ${Object.keys(rules.apis).join(", ")}`);
  },
};

const repository: Check = {
  name: "repository",
  next: "See to the database first; tokenry migrate where tables are missing.",
  needsTokenry: () => true,
  async run(session) {
    await (await session.tokens()).notices.parked({ actor: SYSTEM, limit: 1 });
    return ok("answers");
  },
};

const directory: Check = {
  name: "directory",
  next: "See to what directory.find asks. It must answer undefined for an owner whom it does not know.",
  needsTokenry: () => true,
  async run(session) {
    const owner = session.values.text("owner") ?? NOBODY;
    try {
      const { active } = await (await session.tokens()).owner({ owner, actor: SYSTEM });
      if (owner === NOBODY)
        return warning(
          `answers, but knows ${NOBODY} too, who is nobody: it may know everybody`,
          "Let directory.find answer undefined for an owner whom it does not know.",
        );
      return ok(`answers: ${owner} is ${active ? "" : "not "}active`);
    } catch (error) {
      if (!(error instanceof TokenryError && error.code === "not_found")) throw error;
      return owner === NOBODY
        ? ok("answers")
        : warning(`answers: it does not know ${owner}`, "Give --owner the id of an owner.");
    }
  },
};

const parked: Check = {
  name: "parked notices",
  next: "See to the database first.",
  needsTokenry: () => true,
  async run(session) {
    const { notices } = await session.tokens();
    const page = await notices.parked({ actor: SYSTEM, limit: MOST_PARKED });
    const [first] = page.notices;
    if (first === undefined) return ok("none");
    const count = page.cursor === undefined ? `${page.notices.length}` : `over ${MOST_PARKED}`;
    return warning(
      `${count} were given up; the oldest on ${first.channel}: ${shown(first.failure ?? "")}`,
      "See to the channel, then take them up again: tokens.notices.retry({ actor: SYSTEM }).",
    );
  },
};

/** Whether the tokenry opens, and what it works with answers. */
export const TOKENRY_CHECKS: readonly Check[] = [tokenry, repository, directory, parked];
