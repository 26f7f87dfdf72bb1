import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { FailedTests } from "./scripts/failed-tests.ts";

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
}

// The console is an example: it imports the package by its name, and is tested over what is here.
const { exports }: Manifest = JSON.parse(readFileSync("package.json", "utf8"));
const alias = Object.entries(exports).flatMap(([name, target]) =>
  typeof target === "string"
    ? []
    : [
        {
          find: new RegExp(`^tokenry${name.slice(1)}$`),
          replacement: resolve(target.default.replace("./dist/", "src/").replace(/\.js$/, ".ts")),
        },
      ],
);

/** What a poll waits for comes late on a busy machine. How fast it comes is for benchmarks. */
const PATIENT = { poll: { timeout: 20_000 } };

const config: ViteUserConfig = defineConfig({
  test: {
    reporters: ["default", new FailedTests()],
    projects: [
      {
        test: {
          name: "unit",
          testTimeout: 30_000,
          expect: PATIENT,
          include: ["test/**/*.test.ts"],
          exclude: [
            "**/node_modules/**",
            "test/package/**",
            "test/browser/**",
            "test/**/*.servers.test.ts",
          ],
        },
      },
      {
        // Tests on real servers, which the global setup starts. They wait more than they work: two files at once, in a group of their own.
        test: {
          name: "servers",
          include: ["test/**/*.servers.test.ts"],
          globalSetup: "test/servers/global-setup.ts",
          testTimeout: 30_000,
          expect: PATIENT,
          hookTimeout: 60_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // The screens in a real browser. Two files at once, each with a browser of its own, in a group of their own.
        resolve: { alias },
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          globalSetup: "test/browser/global-setup.ts",
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: PATIENT,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        // Packs, installs and bundles what `npm run build` made: slow, so `npm test` leaves it out.
        test: {
          name: "package",
          include: ["test/package/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
    coverage: {
      provider: "v8",
      enabled: process.env.TOKENRY_COVERAGE === "1",
      include: ["src/**/*.ts"],
      // They run in a browser, out of reach of this count: test/browser drives them there.
      exclude: ["src/elements/**"],
      reporter: ["text-summary", "json-summary", "html"],
      thresholds: { lines: 95 },
    },
  },
});

export default config;
