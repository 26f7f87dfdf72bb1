import type { Repository } from "../../ports/repository.ts";
import type { CaseContext } from "../cases.ts";
import { jitter } from "./samples.ts";

/** Does `work` that many times at once, from both instances in turn, each at a time of its own. */
export function atOnce<Result>(
  count: number,
  { subject, peer }: CaseContext<Repository>,
  work: (repository: Repository, index: number) => PromiseLike<Result>,
): Promise<Result[]> {
  const starts = Array.from({ length: count }, async (_, index) => {
    await jitter();
    return work(index % 2 === 0 ? subject : peer, index);
  });
  return Promise.all(starts);
}
