/** Which notice. */
export interface NoticeKey {
  readonly sequence: number;
  readonly channel: string;
}

/** Keys by their channels, in the order in which notices are locked, so that no two transactions wait for each other in a circle. */
export function byChannel<Key extends NoticeKey>(
  keys: readonly Key[],
): readonly (readonly [channel: string, keys: readonly Key[]])[] {
  const channels = new Map<string, Key[]>();
  for (const key of keys) {
    const known = channels.get(key.channel);
    if (known === undefined) channels.set(key.channel, [key]);
    else known.push(key);
  }
  return [...channels].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The order of notices in lists. */
export function compareKeys(a: NoticeKey, b: NoticeKey): number {
  if (a.sequence !== b.sequence) return a.sequence - b.sequence;
  if (a.channel === b.channel) return 0;
  return a.channel < b.channel ? -1 : 1;
}

export function sequenceOf({ sequence }: Pick<NoticeKey, "sequence">): number {
  return sequence;
}
