import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { KeySorter } from "../../src/tables/key-sorter.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "cairn-sort-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function sortNumbers(
  count: number,
  memoryMaxBytes: number,
): { readonly order: number[]; readonly files: number } {
  const sorter = new KeySorter({ folder, memoryMaxBytes });
  for (let n = 0; n < count; n++) {
    const key = Buffer.alloc(4);
    key.writeUInt32BE((n * 2654435761) % count);
    sorter.add(key, Buffer.from(`v${n}`.repeat(n % 5)));
  }
  const files = readdirSync(folder).length;
  const order: number[] = [];
  const cursor = sorter.sorted();
  while (cursor.next())
    order.push(Buffer.from(cursor.keyBytes.subarray(cursor.keyStart, cursor.keyEnd)).readUInt32BE(0));
  sorter.close();
  return { order, files };
}

describe("KeySorter", () => {
  test("shows all entries in key order, from memory alone", () => {
    const { order, files } = sortNumbers(5000, 1 << 26);
    expect(files).toBe(0);
    expect(order).toHaveLength(5000);
    expect(order.join()).toBe([...order].sort((left, right) => left - right).join());
  });

  test("shows the same when runs had to be spilled, and leaves no file", () => {
    const { order, files } = sortNumbers(50_000, 64 * 1024);
    expect(files).toBeGreaterThan(5);
    expect(order.join()).toBe(sortNumbers(50_000, 1 << 26).order.join());
    expect(readdirSync(folder)).toEqual([]);
  });

  test("shows equal keys one after the other", () => {
    const sorter = new KeySorter({ folder, memoryMaxBytes: 40 });
    for (const key of ["b", "a", "b", "a"]) sorter.add(Buffer.from(key), Buffer.alloc(0));
    const keys: string[] = [];
    const cursor = sorter.sorted();
    while (cursor.next())
      keys.push(Buffer.from(cursor.keyBytes).toString("latin1", cursor.keyStart, cursor.keyEnd));
    sorter.close();
    expect(keys).toEqual(["a", "a", "b", "b"]);
  });
});
