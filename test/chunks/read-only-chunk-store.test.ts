import { expect, test } from "vitest";
import { EMPTY_HASH, type Hash } from "../../src/bytes/hash.ts";
import { FileChunkStore } from "../../src/chunks/file-chunk-store.ts";
import { ReadOnlyChunkStore } from "../../src/chunks/read-only-chunk-store.ts";
import { SimulatedFileSystem } from "../support/simulated-file-system.ts";

const FOLDER = "/database";

/** Longer than what is read of a journal at a time, with chunks and roots on both sides of each cut. */
async function longJournal(files: SimulatedFileSystem) {
  const store = await FileChunkStore.create({ files, folder: FOLDER });
  const hashes: Hash[] = [];
  let root = EMPTY_HASH;
  for (let n = 1; n <= 12; n++) {
    // Of 1 to 3.2 MB, so that many go over a cut; all different.
    const bytes = Buffer.alloc(n % 4 === 0 ? 3_200_000 : 1_000_000 + n * 7919, n);
    hashes.push(store.putChunk(bytes));
    for (let small = 0; small < 50; small++) hashes.push(store.putChunk(Buffer.from(`${n}/${small}`)));
    const next = hashes[hashes.length - 1] as Hash;
    expect(await store.commitRoot(next, root)).toBe(true);
    root = next;
  }
  return { store, hashes };
}

test("finds every chunk of a journal that is longer than what is read at a time", async () => {
  const files = new SimulatedFileSystem();
  const { store, hashes } = await longJournal(files);
  const { listing, release } = await store.listFiles();
  expect(listing.journals.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)).toBeGreaterThan(17_000_000);
  {
    using reader = ReadOnlyChunkStore.open(files, listing);
    for (const hash of hashes) {
      expect(Buffer.compare(reader.mustGetChunk(hash), store.mustGetChunk(hash))).toBe(0);
    }
  }
  await release();
  await store.close();
});

test("names the place of a damaged record far into a journal", async () => {
  const files = new SimulatedFileSystem();
  const { store } = await longJournal(files);
  const { listing, release } = await store.listFiles();
  const file = files.openFile(`${FOLDER}/journal-000001`, "write");
  file.write(Buffer.from("damage"), 14_000_000);
  file.close();
  expect(() => ReadOnlyChunkStore.open(files, listing)).toThrow(
    expect.objectContaining({ code: "checksum_mismatch" }),
  );
  await release();
  await store.close();
});
