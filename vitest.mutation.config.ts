import { defineConfig, type ViteUserConfig } from "vitest/config";

/** The pure parts are mutated against their own tests only: what passes for a change in them must be seen there. */
const config: ViteUserConfig = defineConfig({
  test: { include: ["test/{secret,lifecycle,access,network,budget}/**/*.test.ts"] },
});

export default config;
