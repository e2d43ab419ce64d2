/** The checker finds what it is for, in histories written by hand. */
import { expect, test } from "vitest";
import { findAnomalies, type HistoryTransaction, type Operation } from "./list-append-checker.ts";

const append = (key: number, value: number): Operation => ({ kind: "append", key, value });
const read = (key: number, ...list: number[]): Operation => ({ kind: "read", key, list });
const done = (...operations: Operation[]): HistoryTransaction => ({ operations, committed: true });
const undone = (...operations: Operation[]): HistoryTransaction => ({ operations, committed: false });

const CASES: readonly [string, readonly HistoryTransaction[], readonly string[]][] = [
  [
    "nothing in a serial history",
    [done(append(1, 1)), done(read(1, 1), append(1, 2)), done(read(1, 1, 2))],
    [],
  ],
  ["a lost append", [done(append(1, 1)), done(append(1, 2)), done(read(1, 1))], ["lost"]],
  [
    "a read of what was rolled back",
    [undone(append(1, 1)), done(read(1, 1)), done(read(1, 1))],
    ["G1a", "G1a"],
  ],
  [
    "a read between two appends of one transaction",
    [done(append(1, 1), append(1, 2)), done(read(1, 1)), done(read(1, 1, 2))],
    ["G1b", "G-single"],
  ],
  [
    "writes in a circle",
    [done(append(1, 1), append(2, 2)), done(append(2, 3), append(1, 4)), done(read(1, 1, 4), read(2, 3, 2))],
    ["G0", "G1c"],
  ],
  [
    "information in a circle",
    [done(append(1, 1), read(2, 2)), done(append(2, 2), read(1, 1)), done(read(1, 1), read(2, 2))],
    ["G1c"],
  ],
  [
    "read skew",
    [done(append(1, 1), append(2, 2)), done(read(1), read(2, 2)), done(read(1, 1), read(2, 2))],
    ["G-single"],
  ],
  [
    "write skew",
    [done(read(1), append(2, 2)), done(read(2), append(1, 1)), done(read(1, 1), read(2, 2))],
    ["G2"],
  ],
  ["an own append that is not seen", [done(append(1, 1), read(1)), done(read(1, 1))], ["internal"]],
  [
    "lists that fork",
    [done(append(1, 1)), done(append(1, 2)), done(read(1, 1)), done(read(1, 2, 1))],
    ["incompatible"],
  ],
];

test.each(CASES)("finds %s", (_, history, kinds) => {
  const found = new Set(findAnomalies(history, "in place").map(({ kind }) => kind));
  for (const kind of kinds) expect(found).toContain(kind);
  if (kinds.length === 0) expect([...found]).toEqual([]);
});
