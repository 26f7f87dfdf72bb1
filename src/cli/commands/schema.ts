import type { Command } from "../command.ts";
import { wrongUse } from "../command-error.ts";

const DIALECTS = ["postgres", "mysql", "mariadb", "sqlite"] as const;

/** `tokenry schema`: the SQL of the tables. Needs no database and no configuration. */
export const schema: Command = {
  name: "schema",
  description: "prints the SQL of all tables, for a database that has none of them",
  positionals: [{ name: "dialect", description: DIALECTS.join(", ") }],
  options: {
    schema: { type: "text", hint: "name", description: "the schema of the tables" },
    prefix: { type: "text", hint: "text", description: "what their names begin with (tokenry_)" },
  },
  async run(session) {
    const { values } = session;
    const name = values.place("dialect");
    const dialect = DIALECTS.find((each) => each === name);
    if (dialect === undefined) throw wrongUse(`The dialect must be one of ${DIALECTS.join(", ")}.`);
    // Here and not above: it brings Kysely, which other commands do without.
    const sql = await import("../../storage/sql/schema.ts");
    const names = { schema: values.text("schema"), prefix: values.text("prefix") };
    await session.terminal.out.write(textOf(() => sql.schema(dialect, names)));
  },
};

/** Names come from the command line: those that cannot be are wrong use. */
function textOf(make: () => string): string {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError)
      throw wrongUse(error.message.replace(/^options\./, "--"));
    throw error;
  }
}
