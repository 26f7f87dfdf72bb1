import type { WireProblem } from "../schemas.ts";

/**
 * Why the management API did not do what it was asked: the code of its problem, or `"unreachable"` where there was no answer and
 * `"unexpected"` where the answer was none of the API's.
 *
 * @example
 * try { await client.revoke(id); } catch (error) {
 *   if (error instanceof ManagementError && error.code === "signed_out") signIn();
 * }
 */
export class ManagementError extends Error {
  readonly code: string;
  /** The status of the answer; 0 where there was none. */
  readonly status: number;
  /** What was wrong with which part of the request. */
  readonly errors: readonly { readonly path: string; readonly message: string }[];

  constructor(
    problem: Pick<WireProblem, "code" | "status" | "title" | "detail" | "errors">,
    options: { readonly cause?: unknown } = {},
  ) {
    super(problem.detail ?? problem.title, options);
    this.name = "ManagementError";
    this.code = problem.code;
    this.status = problem.status;
    this.errors = problem.errors ?? [];
  }
}
