export { githubLeaks } from "./github-leaks.ts";
export type { GithubLeaksOptions } from "./options.ts";
export type { LeakReporter } from "./report-leaks.ts";
