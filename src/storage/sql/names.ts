import {
  type CreateSchemaNode,
  type IdentifierNode,
  type KyselyPlugin,
  OperationNodeTransformer,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
  type QueryId,
  type QueryResult,
  type RootOperationNode,
  type SchemableIdentifierNode,
  type UnknownRow,
} from "kysely";
import { checkText } from "../../checks.ts";

/** Where tokenry's tables are and what they are called. */
export interface TableNames {
  /**
   * The schema of the tables, in MySQL and MariaDB the database. 1 to 63 letters, digits, `_`, `$` or `-`. Default: where the connection
   * looks for tables without one. SQLite has none.
   */
  readonly schema?: string | undefined;
  /**
   * What the name of every table and index begins with: a letter or `_`, then letters, digits and `_`, at most 32. Default `"tokenry_"`.
   * Two of them side by side keep two sets of tokens in one database.
   */
  readonly prefix?: string | undefined;
}

/** What names begin with in this folder; the prefix of the host takes its place. */
const PREFIX = "tokenry_";

// PostgreSQL's names have at most 63 characters, and the longest of ours, that of a sequence, has 19 after the prefix.
const LONGEST_PREFIX = 32;
const LONGEST_SCHEMA = 63;

/** Checks both names. Throws TypeError or RangeError that names the option. */
export function checkNames({ schema, prefix }: TableNames): TableNames {
  if (schema !== undefined) checkName(schema, LONGEST_SCHEMA, /^[\w$-]+$/, "options.schema");
  if (prefix !== undefined) checkName(prefix, LONGEST_PREFIX, /^[a-z_]\w*$/i, "options.prefix");
  return { schema, prefix };
}

function checkName(name: unknown, most: number, pattern: RegExp, path: string): void {
  if (!pattern.test(checkText(name, most, path)))
    throw new RangeError(`${path} must match ${pattern}`);
}

/** What a table is called in the database, of what stands after the prefix. */
export function nameOf({ prefix = PREFIX }: TableNames, table: string): string {
  return prefix + table;
}

/** A plugin that puts these names in the place of our own; `undefined` where they are the same. */
export function namePlugin({ schema, prefix = PREFIX }: TableNames): KyselyPlugin | undefined {
  if (schema === undefined && prefix === PREFIX) return undefined;
  return new NamePlugin(new NameTransformer(schema, prefix));
}

/** Renames every identifier that begins with our prefix, and puts those of tables into the schema. Values are not identifiers. */
class NameTransformer extends OperationNodeTransformer {
  readonly #schema: IdentifierNode | undefined;
  readonly #prefix: string;
  /** What is not renamed again: a query within a query comes twice, and the host's names may begin as ours do. */
  readonly #renamed = new WeakSet<IdentifierNode>();

  constructor(schema: string | undefined, prefix: string) {
    super();
    this.#schema = schema === undefined ? undefined : { kind: "IdentifierNode", name: schema };
    this.#prefix = prefix;
    if (this.#schema !== undefined) this.#renamed.add(this.#schema);
  }

  protected override transformIdentifier(node: IdentifierNode): IdentifierNode {
    if (!node.name.startsWith(PREFIX) || this.#renamed.has(node)) return node;
    const renamed = { ...node, name: this.#prefix + node.name.slice(PREFIX.length) };
    this.#renamed.add(renamed);
    return renamed;
  }

  /** A schema is called what the host calls it, whatever that begins with. */
  protected override transformCreateSchema(node: CreateSchemaNode): CreateSchemaNode {
    return node;
  }

  protected override transformSchemableIdentifier(
    node: SchemableIdentifierNode,
    queryId?: QueryId,
  ): SchemableIdentifierNode {
    const transformed = super.transformSchemableIdentifier(node, queryId);
    const isOurs = node.schema === undefined && node.identifier.name.startsWith(PREFIX);
    return isOurs && this.#schema !== undefined
      ? { ...transformed, schema: this.#schema }
      : transformed;
  }
}

class NamePlugin implements KyselyPlugin {
  readonly #transformer: NameTransformer;

  constructor(transformer: NameTransformer) {
    this.#transformer = transformer;
  }

  transformQuery({ node, queryId }: PluginTransformQueryArgs): RootOperationNode {
    return this.#transformer.transformNode(node, queryId);
  }

  transformResult({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    return Promise.resolve(result);
  }
}
