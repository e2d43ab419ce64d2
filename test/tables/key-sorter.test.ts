import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
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

  test("shows the same when it sorts and spills in steps, between which others run", async () => {
    const sorter = new KeySorter({ folder, memoryMaxBytes: 256 * 1024 });
    let pauses = 0;
    const pause = { isDue: () => true, take: async () => void pauses++ };
    for (let n = 0; n < 50_000; n++) {
      const key = Buffer.alloc(9);
      key.writeUInt32BE((n * 2654435761) % 50_000);
      sorter.addRange(key, 4, Buffer.from(`v${n}`.repeat(n % 5)));
      if (n % 100 === 0) await sorter.spillInSteps(pause);
    }
    expect(readdirSync(folder).length).toBeGreaterThan(5);
    const order: number[] = [];
    const cursor = await sorter.sortedInSteps(pause);
    while (cursor.next()) {
      expect(cursor.keyEnd - cursor.keyStart).toBe(4);
      order.push(Buffer.from(cursor.keyBytes.subarray(cursor.keyStart, cursor.keyEnd)).readUInt32BE(0));
    }
    sorter.close();
    expect(order.join()).toBe(sortNumbers(50_000, 1 << 26).order.join());
    expect(pauses).toBeGreaterThan(50);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("leaves no file when it is stopped in the middle of spilling", async () => {
    const sorter = new KeySorter({ folder, memoryMaxBytes: 256 * 1024 });
    for (let n = 5_000; n > 0; n--) sorter.add(Buffer.from(String(n).padStart(8)), Buffer.alloc(8));
    const stop = {
      isDue: () => readdirSync(folder).length > 0,
      take: () => Promise.reject(new Error("killed")),
    };
    await expect(sorter.spillInSteps(stop)).rejects.toThrow("killed");
    sorter.close();
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

  test("sorts keys of any length and likeness as comparing them does, equal ones in order of arrival", () => {
    const key = fc
      .tuple(
        fc.constantFrom("", "same", "same beginning", "\u0000\u0000\u0000\u0000\u0000\u0000\u0000"),
        fc.uint8Array({ maxLength: 7 }),
      )
      .map(([start, rest]) => Buffer.concat([Buffer.from(start, "latin1"), rest]));
    fc.assert(
      fc.property(
        fc.array(key, { maxLength: 200 }),
        fc.constantFrom(1 << 20, 400),
        (keys, memoryMaxBytes) => {
          const sorter = new KeySorter({ folder, memoryMaxBytes });
          for (const [at, bytes] of keys.entries()) sorter.add(bytes, Buffer.from(String(at)));
          const shown: string[] = [];
          const cursor = sorter.sorted();
          while (cursor.next()) {
            const bytes = Buffer.from(cursor.keyBytes).subarray(cursor.keyStart, cursor.keyEnd);
            const value = Buffer.from(cursor.valueBytes).subarray(cursor.valueStart, cursor.valueEnd);
            shown.push(`${bytes.toString("hex")} ${value.toString()}`);
          }
          sorter.close();
          const expected = keys
            .map((bytes, at) => ({ bytes, at }))
            .sort((left, right) => Buffer.compare(left.bytes, right.bytes) || left.at - right.at);
          expect(shown).toEqual(expected.map(({ bytes, at }) => `${bytes.toString("hex")} ${at}`));
        },
      ),
    );
  });

  test("keeps entries that come in order as they are, in several runs too", () => {
    for (const memoryMaxBytes of [1 << 20, 500]) {
      const sorter = new KeySorter({ folder, memoryMaxBytes });
      for (let n = 0; n < 300; n++) sorter.add(Buffer.from(String(n).padStart(5, "0")), Buffer.alloc(n % 90));
      const cursor = sorter.sorted();
      let n = 0;
      for (; cursor.next(); n++) {
        const bytes = Buffer.from(cursor.keyBytes).subarray(cursor.keyStart, cursor.keyEnd);
        expect(bytes.toString()).toBe(String(n).padStart(5, "0"));
        expect(cursor.valueEnd - cursor.valueStart).toBe(n % 90);
      }
      sorter.close();
      expect(n).toBe(300);
    }
  });
});
