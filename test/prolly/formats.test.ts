/** Golden bytes: a failure here means that the storage format changed, and with it every root hash. */
import { describe, expect, test } from "vitest";
import { hashToText } from "../../src/bytes/hash.ts";
import { MemoryChunkStore } from "../../src/chunks/memory-chunk-store.ts";
import { writeBlob } from "../../src/prolly/blob.ts";
import { ChunkFormatError } from "../../src/prolly/chunk-kinds.ts";
import { NodeReader } from "../../src/prolly/node-reader.ts";
import { hashKey } from "../../src/prolly/splitter.ts";
import { TreeBuilder } from "../../src/prolly/tree-builder.ts";
import { CONTENT_OPAQUE, CONTENT_ROWS, TreeNode } from "../../src/prolly/tree-node.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("the tree format", () => {
  test("lays a small leaf out as specified", () => {
    const store = new MemoryChunkStore();
    const builder = new TreeBuilder(store, CONTENT_ROWS);
    builder.append(Buffer.from("a"), Buffer.from("one"));
    builder.append(Buffer.from("bc"), Buffer.from(""));
    const root = builder.finish();
    // kind, version, level, content, count; key ends 1 3; value ends 6 6; a bc one
    expect(hex(store.mustGetChunk(root))).toBe("0101000102000000" + "0100030006000600" + "6162636f6e65");
  });

  test("cuts a known map into the known tree", () => {
    const store = new MemoryChunkStore();
    const builder = new TreeBuilder(store, CONTENT_OPAQUE);
    for (let n = 0; n < 10_000; n++) {
      const key = Buffer.alloc(8);
      key.writeUInt32BE(n, 4);
      builder.append(key, Buffer.from(`value ${n}`));
    }
    const root = builder.finish();
    const node = new NodeReader(store).getNode(root);
    expect([node.level, node.count, node.entryCount, store.chunkCount]).toEqual(GOLDEN.shape);
    expect(hashToText(root)).toBe(GOLDEN.root);
  });

  test("hashes keys by level as it always did", () => {
    const key = Buffer.from("key");
    expect([hashKey(0, key, 0, 3), hashKey(1, key, 0, 3)]).toEqual(GOLDEN.keyHashes);
  });

  test("keeps nodes near 4 KiB", () => {
    const store = new MemoryChunkStore();
    const builder = new TreeBuilder(store, CONTENT_OPAQUE);
    for (let n = 0; n < 50_000; n++) {
      const key = Buffer.alloc(4);
      key.writeUInt32BE(n);
      builder.append(key, Buffer.alloc(100 + (n % 50), n));
    }
    const nodes = new NodeReader(store);
    const root = nodes.getNode(builder.finish());
    const sizes: number[] = [];
    const visit = (node: TreeNode): void => {
      if (node.level === 0) sizes.push(node.bytes.length);
      else for (let index = 0; index < node.count; index++) visit(nodes.getNode(node.childHash(index)));
    };
    visit(root);
    sizes.sort((left, right) => left - right);
    const at = (share: number): number => sizes[Math.floor(sizes.length * share)]!;
    expect(at(0.5)).toBeGreaterThan(3500);
    expect(at(0.5)).toBeLessThan(4700);
    expect(at(0.01)).toBeGreaterThan(1000);
    expect(at(0.99)).toBeLessThan(7500);
  });

  test("refuses chunks that are no nodes, or of another version, or cut short", () => {
    const store = new MemoryChunkStore();
    const builder = new TreeBuilder(store, CONTENT_OPAQUE);
    builder.append(Buffer.from("a"), Buffer.from("one"));
    const bytes = store.mustGetChunk(builder.finish());
    expect(() => new TreeNode(store.mustGetChunk(writeBlob(store, Buffer.from("blob"))))).toThrow(
      ChunkFormatError,
    );
    for (let size = 0; size < bytes.length; size++) {
      expect(() => new TreeNode(bytes.subarray(0, size)), `cut to ${size}`).toThrow(ChunkFormatError);
    }
    const newer = Uint8Array.from(bytes);
    newer[1] = 2;
    expect(() => new TreeNode(newer)).toThrow("format version 2");
  });
});

const GOLDEN = {
  shape: [1, 51, 10_000, 52],
  root: "rdpa46v4sah5drih28luuh2vst76gv8n",
  keyHashes: [3798107366, 1944890538],
};
