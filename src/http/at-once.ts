/**
 * Hands on what a function of the host has answered with. Where that is a promise, its caller will refuse it, and nobody waits for it: that it
 * rejects later must not end the process.
 */
export function atOnce<Answer>(answer: Answer): Answer {
  if (typeof answer === "object" && answer !== null) Promise.resolve(answer).catch(() => {});
  return answer;
}
