import type { Notice, Notifier } from "../../src/index.ts";

/** A notifier that keeps what it is given, and fails when told to. */
export interface RecordingNotifier extends Notifier {
  /** What was delivered, in order. */
  readonly notices: Notice[];
  /** While set, every delivery fails with it. */
  failure: Error | undefined;
}

export function recordingNotifier(): RecordingNotifier {
  const notices: Notice[] = [];
  return {
    notices,
    failure: undefined,
    async deliver(notice) {
      if (this.failure !== undefined) throw this.failure;
      notices.push(notice);
    },
  };
}
