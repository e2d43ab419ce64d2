import { describe, expect, test } from "vitest";
import { MemoryChunkStore } from "../../src/chunks/memory-chunk-store.ts";
import { NodeReader } from "../../src/prolly/node-reader.ts";
import { openTree } from "../../src/prolly/prolly-tree.ts";
import { TreeBuilder } from "../../src/prolly/tree-builder.ts";
import { applyEdits } from "../../src/prolly/tree-editor.ts";
import { CONTENT_OPAQUE, type TreeNode } from "../../src/prolly/tree-node.ts";
import { emptySlot } from "../../src/prolly/tuple-cursor.ts";

const keyOf = (n: number): Buffer => {
  const key = Buffer.alloc(4);
  key.writeUInt32BE(n);
  return key;
};
const ROWS = 20_000;

function sample(cacheSizeBytes: number) {
  const store = new MemoryChunkStore();
  const builder = new TreeBuilder(store, CONTENT_OPAQUE);
  for (let n = 0; n < ROWS; n++) builder.append(keyOf(n), Buffer.alloc(60, n));
  const root = builder.finish();
  return { store, root, nodes: new NodeReader(store, { cacheSizeBytes }) };
}

describe("NodeReader", () => {
  test("stays within its budget and still finds everything, also in trees that share nodes", () => {
    const { store, root, nodes } = sample(200_000);
    let edited = root;
    for (let n = 0; n < 50; n++) {
      edited = applyEdits(store, openTree(nodes, edited, CONTENT_OPAQUE), [
        { key: keyOf(n * 300), value: keyOf(n) },
      ]);
    }
    const slot = emptySlot();
    for (const [tree, changed] of [
      [openTree(nodes, root, CONTENT_OPAQUE), false],
      [openTree(nodes, edited, CONTENT_OPAQUE), true],
    ] as const) {
      for (let n = 0; n < ROWS; n += 7) {
        expect(tree.lookup(keyOf((n * 7919) % ROWS), slot)).toBe(true);
        expect(nodes.sizeBytes).toBeLessThanOrEqual(200_000);
      }
      tree.lookup(keyOf(600), slot);
      expect(slot.valueEnd - slot.valueStart).toBe(changed ? 4 : 60);
    }
  });

  test("links children only to nodes that are in the cache, and back", () => {
    const { root, nodes } = sample(100_000);
    const tree = openTree(nodes, root, CONTENT_OPAQUE);
    const slot = emptySlot();
    for (let n = 0; n < ROWS; n += 3) tree.lookup(keyOf((n * 7919) % ROWS), slot);
    const visit = (node: TreeNode): number =>
      node.children.reduce((sum, child) => {
        if (child === undefined) return sum;
        expect(child.cached).toBe(true);
        expect(child.linkedIn).toBe(node);
        return sum + 1 + visit(child);
      }, 0);
    const linked = visit(nodes.getNode(root));
    expect(linked).toBeGreaterThan(0);
    expect(linked).toBeLessThan(100);
  });
});
