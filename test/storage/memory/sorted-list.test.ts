import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findFirstNot, SortedList } from "../../../src/storage/memory/sorted-list.ts";

const compare = (a: number, b: number): number => a - b;

function listOf(items: Iterable<number>): SortedList<number> {
  const list = new SortedList(compare);
  for (const item of items) list.insert(item);
  return list;
}

function itemsFrom(list: SortedList<number>, place: number): readonly number[] {
  return [...list.from((item) => item < place)];
}

/** Inserts what is missing and deletes what is there, in a list and in a set. */
function toggled(steps: readonly number[]): { list: SortedList<number>; items: Set<number> } {
  const list = new SortedList(compare);
  const items = new Set<number>();
  for (const item of steps) {
    if (items.delete(item)) list.delete(item);
    else {
      items.add(item);
      list.insert(item);
    }
  }
  return { list, items };
}

describe("a sorted list", () => {
  test("agrees with a sorted array, whatever is inserted and deleted", () => {
    const steps = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 100 });
    fc.assert(
      fc.property(steps, fc.integer({ min: -1, max: 41 }), (inOrder, place) => {
        const { list, items } = toggled(inOrder);
        const expected = [...items].filter((item) => item >= place).sort(compare);
        expect(itemsFrom(list, place)).toEqual(expected);
      }),
    );
  });

  test.each([
    ["in order", (index: number) => index],
    ["in the reverse order", (index: number) => 4999 - index],
    ["mixed", (index: number) => (index * 1237) % 5000],
  ])("holds many chunks of items that come %s", (_, itemAt) => {
    const all = Array.from({ length: 5000 }, (__, index) => index);
    const list = listOf(all.map(itemAt));
    expect(itemsFrom(list, 0)).toEqual(all);
    expect(itemsFrom(list, 2345)).toEqual(all.slice(2345));
    for (const item of all) if (item % 7 !== 0) list.delete(itemAt(item));
    const left = all.filter((item) => item % 7 === 0).map(itemAt);
    expect(itemsFrom(list, 0)).toEqual(left.sort(compare));
    for (const item of left) list.delete(item);
    expect(itemsFrom(list, 0)).toEqual([]);
    list.insert(1);
    expect(itemsFrom(list, 0)).toEqual([1]);
  });

  test("deletes nothing for an item that is not in it", () => {
    const list = listOf([1, 3]);
    for (const item of [0, 2, 4]) list.delete(item);
    expect(itemsFrom(list, 0)).toEqual([1, 3]);
    new SortedList(compare).delete(1);
  });

  test("starts after its end with nothing", () => {
    expect(itemsFrom(listOf([1, 2]), 3)).toEqual([]);
  });
});

test("findFirstNot finds the first item that is not before a place", () => {
  expect(findFirstNot([], () => true)).toBe(0);
  for (const place of [0, 1, 2, 3, 4]) {
    expect(findFirstNot([1, 2, 3], (item) => item < place)).toBe(Math.max(0, place - 1));
  }
});
