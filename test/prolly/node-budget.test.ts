import { describe, expect, test } from "vitest";
import { MemoryChunkStore } from "../../src/chunks/memory-chunk-store.ts";
import { NodeBudget } from "../../src/prolly/node-budget.ts";
import { NodeReader } from "../../src/prolly/node-reader.ts";
import { openTree } from "../../src/prolly/prolly-tree.ts";
import { TreeBuilder } from "../../src/prolly/tree-builder.ts";
import { CONTENT_OPAQUE } from "../../src/prolly/tree-node.ts";
import { emptySlot } from "../../src/prolly/tuple-cursor.ts";

const ROWS = 5_000;
const BUDGET = 300_000;

const keyOf = (n: number): Buffer => {
  const key = Buffer.alloc(4);
  key.writeUInt32BE(n);
  return key;
};

/** A database's reader, and a function that reads `count` rows from `first` on and checks them. */
function database(budget: NodeBudget, fill: number) {
  const store = new MemoryChunkStore();
  const builder = new TreeBuilder(store, CONTENT_OPAQUE);
  for (let n = 0; n < ROWS; n++) builder.append(keyOf(n), Buffer.alloc(100, fill));
  const root = builder.finish();
  const nodes = new NodeReader(store, { budget });
  const tree = openTree(nodes, root, CONTENT_OPAQUE);
  const slot = emptySlot();
  const read = (first: number, count: number): void => {
    for (let n = first; n < first + count; n++) {
      expect(tree.lookup(keyOf(n), slot)).toBe(true);
      expect(slot.valueBytes[slot.valueStart]).toBe(fill);
    }
  };
  return { nodes, read };
}

describe("NodeBudget", () => {
  test("bounds the nodes of all readers together, and what a reader says it holds adds up to it", () => {
    const budget = new NodeBudget(BUDGET);
    const all = [1, 2, 3].map((fill) => database(budget, fill));
    for (let from = 0; from < ROWS; from += 500) {
      for (const { read } of all) read(from, 500);
      expect(budget.sizeBytes).toBeLessThanOrEqual(BUDGET);
      expect(all.reduce((sum, { nodes }) => sum + nodes.sizeBytes, 0)).toBe(budget.sizeBytes);
    }
    expect(budget.sizeBytes).toBeGreaterThan(BUDGET / 2);
  });

  test("takes from an idle database for a busy one, and leaves a busy one what it uses again and again", () => {
    const budget = new NodeBudget(BUDGET);
    const idle = database(budget, 1);
    const scanned = database(budget, 2);
    const hot = database(budget, 3);
    idle.read(0, ROWS);
    const before = idle.nodes.sizeBytes;
    for (let from = 0; from < ROWS; from += 10) {
      scanned.read(from, 10);
      hot.read(0, 200);
    }
    expect(idle.nodes.sizeBytes).toBeLessThan(before / 4);
    const hotBytes = hot.nodes.sizeBytes;
    hot.read(0, 200);
    expect(hot.nodes.sizeBytes).toBe(hotBytes);
  });

  test("gives back what a closed reader held, and a closed reader reads on without holding anything", () => {
    const budget = new NodeBudget(BUDGET);
    const one = database(budget, 1);
    const other = database(budget, 2);
    one.read(0, ROWS);
    other.read(0, 500);
    one.nodes.close();
    expect(budget.sizeBytes).toBe(other.nodes.sizeBytes);
    one.read(0, ROWS);
    expect(budget.sizeBytes).toBe(other.nodes.sizeBytes);
    other.read(0, ROWS);
    expect(budget.sizeBytes).toBeLessThanOrEqual(BUDGET);
  });
});
