/** What every chunk store must do. A store's test gives a constructor. */
import { describe, expect, test } from "vitest";
import { EMPTY_HASH, hashOf } from "../../src/bytes/hash.ts";
import type { ChunkStore } from "../../src/chunks/chunk-store.ts";
import { StorageError } from "../../src/io/storage-error.ts";
import { leafChunk, putTree, readTree } from "../support/test-chunks.ts";

export function testChunkStore(name: string, open: () => Promise<ChunkStore>): void {
  describe(`${name} as a chunk store`, () => {
    test("begins with the empty root and no chunk", async () => {
      const store = await open();
      expect(store.root).toBe(EMPTY_HASH);
      expect(store.getChunk(hashOf(leafChunk("a")))).toBeUndefined();
      expect(store.hasChunk(hashOf(leafChunk("a")))).toBe(false);
      expect(() => store.mustGetChunk(hashOf(leafChunk("a")))).toThrow(StorageError);
      await store.close();
    });

    test("gives a chunk back at once and after the commit", async () => {
      const store = await open();
      const hash = store.putChunk(leafChunk("a"));
      expect(hash).toBe(hashOf(leafChunk("a")));
      expect(store.mustGetChunk(hash)).toEqual(leafChunk("a"));
      expect(await store.commitRoot(hash, EMPTY_HASH)).toBe(true);
      expect(store.root).toBe(hash);
      expect(store.mustGetChunk(hash)).toEqual(leafChunk("a"));
      expect(store.hasChunk(hash)).toBe(true);
      await store.close();
    });

    test("keeps the root when the expected one is not the current one", async () => {
      const store = await open();
      const first = putTree(store, ["a"]);
      const second = putTree(store, ["b"]);
      expect(await store.commitRoot(first, EMPTY_HASH)).toBe(true);
      expect(await store.commitRoot(second, EMPTY_HASH)).toBe(false);
      expect(store.root).toBe(first);
      await store.close();
    });

    test("lets concurrent commits build on each other in the order of their calls", async () => {
      const store = await open();
      const roots = Array.from({ length: 20 }, (_, i) => putTree(store, [`tree ${i}`]));
      const results = await Promise.all(
        roots.map((root, i) => store.commitRoot(root, roots[i - 1] ?? EMPTY_HASH)),
      );
      expect(results.every((moved) => moved)).toBe(true);
      expect(readTree(store, store.root)).toEqual(["tree 19"]);
      await store.close();
    });

    test("lets exactly one of several commits on the same root win", async () => {
      const store = await open();
      const roots = ["a", "b", "c"].map((text) => putTree(store, [text]));
      const results = await Promise.all(roots.map((root) => store.commitRoot(root, EMPTY_HASH)));
      expect(results).toEqual([true, false, false]);
      expect(store.root).toBe(roots[0]);
      await store.close();
    });

    test("stores chunks of any size, the empty one included", async () => {
      const store = await open();
      const chunks = [0, 1, 4096, 100_000, 2 ** 22 - 1].map((size) => new Uint8Array(size).fill(size % 251));
      const hashes = chunks.map((chunk) => store.putChunk(chunk));
      await store.commitRoot(hashes[0]!, EMPTY_HASH);
      for (const [i, hash] of hashes.entries()) {
        expect(Buffer.compare(store.mustGetChunk(hash), chunks[i]!)).toBe(0);
      }
      await store.close();
    });

    test("refuses work after it was closed", async () => {
      const store = await open();
      await store.close();
      expect(() => store.putChunk(leafChunk("late"))).toThrow(expect.objectContaining({ code: "closed" }));
      await expect(store.commitRoot(EMPTY_HASH, EMPTY_HASH)).rejects.toMatchObject({ code: "closed" });
    });
  });
}
