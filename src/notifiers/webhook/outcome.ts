import { NoticeError } from "../../errors.ts";
import { readRetryAfter } from "./retry-after.ts";
import type { Answer } from "./sender.ts";

const GONE = 410;

/**
 * What an answer means (Standard Webhooks, "Delivery success and failure"): 2xx is delivered.
 *
 * @throws NoticeError otherwise, which is final for 410 and tells how long to wait where the receiver does.
 */
export function judge({ status, retryAfter }: Answer, host: string, now: number): void {
  if (status >= 200 && status < 300) return;
  if (status === GONE)
    throw new NoticeError(`${host} answered 410: it wants no more`, { isFinal: true });
  const remark = status >= 300 && status < 400 ? ", and redirects are not followed" : "";
  throw new NoticeError(`${host} answered ${status}${remark}`, {
    retryAfterMs: readRetryAfter(retryAfter, now),
  });
}
