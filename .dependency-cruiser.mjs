// The direction of imports (docs/architecture.md): a part of src/ may import itself and what its row names, nothing else.
const pure = ["secret", "lifecycle", "access", "network", "budget"];
const leaves = ["model.ts", "errors.ts", "checks.ts"];
const mayImport = {
  "errors.ts": [],
  "emit-warning.ts": [],
  "outages.ts": ["errors.ts", "emit-warning.ts"],
  "checks.ts": [],
  "model.ts": ["errors.ts"],
  ...Object.fromEntries(pure.map((part) => [part, leaves])),
  ports: ["model.ts", "errors.ts"],
  state: ["options.ts", "ports", "outages.ts", ...pure, ...leaves],
  operations: ["options.ts", "state", "ports", ...pure, ...leaves],
  "options.ts": ["ports", ...pure, ...leaves],
  storage: ["ports", "budget", "lifecycle", ...leaves],
  notifiers: ["ports", "lifecycle", ...leaves],
  leaks: ["face.ts", "http/read-body.ts", "ports", "lifecycle", "outages.ts", ...leaves],
  oauth: [
    "face.ts",
    "http",
    "ports",
    "lifecycle",
    "secret",
    "budget",
    "access",
    "state/budgets.ts",
    "state/thenable.ts",
    "state/time-of.ts",
    "storage/memory",
    "outages.ts",
    ...leaves,
  ],
  http: [
    "face.ts",
    "emit-warning.ts",
    "ports",
    "access",
    "budget",
    "lifecycle",
    "network",
    ...leaves,
  ],
  adapters: ["http", "face.ts", "model.ts", "checks.ts", "emit-warning.ts"],
  telemetry: ["ports", ...leaves],
  manage: [
    "face.ts",
    "http",
    "ports",
    "lifecycle",
    "access",
    "state/time-of.ts",
    "storage/memory",
    "outages.ts",
    ...leaves,
  ],
  // What runs in a browser: the client, and what is decided alike on both sides.
  elements: ["manage/client", "budget", "lifecycle", "network", ...leaves],
  // Of oauth the keys: `keys generate` makes them and `doctor` looks at them. Of http the check of `trustProxy`, for `doctor`.
  cli: [
    "face.ts",
    "ports",
    "secret",
    "storage/sql",
    "oauth/keys",
    "http/client-address.ts",
    ...leaves,
  ],
  testing: ["ports", "face.ts", "model.ts"],
  "face.ts": ["operations", ...pure, ...leaves],
  "tokenry.ts": [
    "face.ts",
    "options.ts",
    "operations",
    "state",
    "storage/memory",
    "storage/cached.ts",
    "ports",
    ...pure,
    ...leaves,
  ],
};

/** What may use Node: everything else runs wherever Web standards do. */
const nodeOnly = "^src/(storage/sql/|testing/|cli/|adapters/|notifiers/webhook/node-)";
/** What is there for a peer: a framework, a database layer, telemetry. */
const peerOnly = "^src/(storage/sql|adapters|telemetry)/";

const anyOf = (parts) => `^src/(${parts.map((part) => part.replace(/\.ts$/, "\\.ts$")).join("|")})`;
const direction = Object.entries(mayImport).map(([part, allowed]) => ({
  name: `direction-${part}`,
  severity: "error",
  from: { path: anyOf([part.endsWith(".ts") ? part : `${part}/`]) },
  to: {
    path: "^src/",
    pathNot: anyOf([part, ...allowed].map((name) => (name.endsWith(".ts") ? name : `${name}/`))),
  },
}));

export default {
  forbidden: [
    ...direction,
    {
      name: "every-part-has-a-row",
      comment: "A new folder or file of src/ gets its row in this table first.",
      severity: "error",
      from: {
        path: "^src/",
        pathNot: anyOf(["index.ts", ...Object.keys(mayImport)]),
      },
      to: {},
    },
    {
      name: "no-cycles",
      comment:
        "Type-only imports count: a cycle of types is still two parts that cannot be read alone.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "nothing-imports-index",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^src/index\\.ts$" },
    },
    {
      name: "storages-stand-alone",
      severity: "error",
      from: { path: "^src/storage/([^/]+)/" },
      to: { path: "^src/storage/", pathNot: "^src/storage/$1/" },
    },
    {
      name: "core-without-node",
      severity: "error",
      from: { path: "^src/", pathNot: nodeOnly },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "core-without-peers",
      severity: "error",
      from: { path: "^src/", pathNot: peerOnly },
      to: { dependencyTypes: ["npm-peer"] },
    },
    {
      name: "only-declared-packages",
      severity: "error",
      from: { path: "^src/" },
      to: {
        dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"],
        dependencyTypesNot: ["npm-peer", "type-only"],
      },
    },
    {
      name: "src-without-tests",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|examples|scripts)/" },
    },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "default"],
    },
  },
};
