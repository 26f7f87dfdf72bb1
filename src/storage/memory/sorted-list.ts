/** Items a chunk may hold: few enough to move on an insert, enough that a million items are some thousand chunks. */
const CHUNK_LENGTH = 512;

/**
 * Items in order, in chunks: insert, delete and seek take a binary search and the move of one chunk, at about ten bytes an item.
 *
 * No two items may compare as equal, and an item must not change its place while it is in the list.
 */
export class SortedList<Item> {
  readonly #compare: (a: Item, b: Item) => number;
  /** None is empty. */
  readonly #chunks: Item[][] = [];

  constructor(compare: (a: Item, b: Item) => number) {
    this.#compare = compare;
  }

  get first(): Item | undefined {
    return this.#chunks[0]?.[0];
  }

  get isEmpty(): boolean {
    return this.#chunks.length === 0;
  }

  insert(item: Item): void {
    const isBefore = (other: Item): boolean => this.#compare(other, item) < 0;
    const at = this.#findChunk(isBefore);
    const chunk = this.#chunks[at];
    if (chunk === undefined) this.#append(item);
    else {
      chunk.splice(findFirstNot(chunk, isBefore), 0, item);
      if (chunk.length > CHUNK_LENGTH)
        this.#chunks.splice(at + 1, 0, chunk.splice(CHUNK_LENGTH / 2));
    }
  }

  delete(item: Item): void {
    const isBefore = (other: Item): boolean => this.#compare(other, item) < 0;
    const at = this.#findChunk(isBefore);
    const chunk = this.#chunks[at] ?? [];
    const index = findFirstNot(chunk, isBefore);
    if (chunk[index] === item) chunk.splice(index, 1);
    if (chunk.length === 0) this.#chunks.splice(at, 1);
  }

  /** The items in order, from the first that is not before a place; `isBefore` is true up to there and false from there on. */
  *from(isBefore: (item: Item) => boolean): Generator<Item, void, undefined> {
    let at = this.#findChunk(isBefore);
    let index = findFirstNot(this.#chunks[at] ?? [], isBefore);
    for (let chunk = this.#chunks[at]; chunk !== undefined; chunk = this.#chunks[at]) {
      for (; index < chunk.length; index += 1) yield chunk[index] as Item;
      at += 1;
      index = 0;
    }
  }

  /** Items mostly come in order: a full last chunk stays full, and a new one is begun. */
  #append(item: Item): void {
    const last = this.#chunks.at(-1);
    if (last !== undefined && last.length < CHUNK_LENGTH) last.push(item);
    else this.#chunks.push([item]);
  }

  #findChunk(isBefore: (item: Item) => boolean): number {
    return findFirstNot(this.#chunks, (chunk) => isBefore(chunk[chunk.length - 1] as Item));
  }
}

/** The index of the first item that is not before the place, by binary search; the length when all are. */
export function findFirstNot<Item>(
  items: readonly Item[],
  isBefore: (item: Item) => boolean,
): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    // In bounds: low <= middle < high.
    if (isBefore(items[middle] as Item)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Compares by UTF-16 code units, as `<` does. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
