import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          testTimeout: 30_000,
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
        // Tests on real servers, which the global setup starts. They wait more than they work: two files at once, after the others.
        test: {
          name: "servers",
          include: ["test/**/*.servers.test.ts"],
          globalSetup: "test/servers/global-setup.ts",
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // The screens in a real browser. One file at a time: each has a browser of its own, and a busy machine is slow to draw.
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 1,
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
      reporter: ["text-summary", "json-summary", "html"],
      thresholds: { lines: 95 },
    },
  },
});

export default config;
