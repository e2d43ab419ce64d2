/**
 * Long byte strings as trees of chunks. A blob of up to one leaf is that leaf alone; a longer one is cut into leaves
 * of fixed size below index chunks.
 *
 * Leaf:  kind, version, then the bytes.
 * Index: kind, version, u8 level (1 = its children are leaves), then per child 20 bytes of address and a u48
 *        (little-endian) of bytes below it.
 */
import { assert } from "../base/assert.ts";
import { HASH_SIZE, type Hash, hashFromBytes, writeHash } from "../bytes/hash.ts";
import type { ChunkReader, ChunkStore } from "../chunks/chunk-store.ts";
import {
  CHUNK_BLOB_INDEX,
  CHUNK_BLOB_LEAF,
  CHUNK_FORMAT_VERSION,
  ChunkFormatError,
  checkChunkKind,
} from "./chunk-kinds.ts";

const LEAF_SIZE = 16_384;
const LEAF_HEADER_SIZE = 2;
const INDEX_HEADER_SIZE = 3;
const CHILD_SIZE = HASH_SIZE + 6;
const INDEX_CHILD_COUNT_MAX = 512;

interface BlobChild {
  readonly hash: Hash;
  readonly size: number;
}

/** Stores `bytes` and gives the address to read them by. */
export function writeBlob(chunks: ChunkStore, bytes: Uint8Array): Hash {
  let children: BlobChild[] = [];
  for (let at = 0; at < bytes.length || at === 0; at += LEAF_SIZE) {
    const part = bytes.subarray(at, at + LEAF_SIZE);
    children.push({ hash: chunks.putChunk(encodeLeaf(part)), size: part.length });
  }
  for (let level = 1; children.length > 1; level++) {
    const parents: BlobChild[] = [];
    for (let at = 0; at < children.length; at += INDEX_CHILD_COUNT_MAX) {
      const group = children.slice(at, at + INDEX_CHILD_COUNT_MAX);
      const size = group.reduce((sum, child) => sum + child.size, 0);
      parents.push({ hash: chunks.putChunk(encodeIndex(level, group)), size });
    }
    children = parents;
  }
  const [root] = children;
  assert(root !== undefined, "a blob has at least one leaf");
  return root.hash;
}

/** Reads a whole blob. */
export function readBlob(chunks: ChunkReader, hash: Hash): Uint8Array {
  const chunk = chunks.mustGetChunk(hash);
  if (chunk[0] === CHUNK_BLOB_LEAF) return leafBytes(chunk);
  const target = new Uint8Array(blobSize(chunk));
  const end = fill(chunks, chunk, target, 0);
  if (end !== target.length) throw malformed("its parts do not add up to its size");
  return target;
}

/** Visits the addresses in a blob index chunk. */
export function walkBlobIndex(chunk: Uint8Array, visit: (address: Hash) => void): void {
  checkChunkKind(chunk, CHUNK_BLOB_INDEX, INDEX_HEADER_SIZE);
  for (let at = INDEX_HEADER_SIZE; at < chunk.length; at += CHILD_SIZE) visit(hashFromBytes(chunk, at));
}

function fill(chunks: ChunkReader, chunk: Uint8Array, target: Uint8Array, at: number): number {
  if (chunk[0] === CHUNK_BLOB_LEAF) {
    const bytes = leafBytes(chunk);
    if (at + bytes.length > target.length) throw malformed("a leaf is longer than its index says");
    target.set(bytes, at);
    return at + bytes.length;
  }
  let end = at;
  walkBlobIndex(chunk, (child) => {
    end = fill(chunks, chunks.mustGetChunk(child), target, end);
  });
  return end;
}

function leafBytes(chunk: Uint8Array): Uint8Array {
  checkChunkKind(chunk, CHUNK_BLOB_LEAF, LEAF_HEADER_SIZE);
  return chunk.subarray(LEAF_HEADER_SIZE);
}

function blobSize(chunk: Uint8Array): number {
  checkChunkKind(chunk, CHUNK_BLOB_INDEX, INDEX_HEADER_SIZE + CHILD_SIZE);
  if ((chunk.length - INDEX_HEADER_SIZE) % CHILD_SIZE !== 0) throw malformed("an index has a broken child");
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  let size = 0;
  for (let at = INDEX_HEADER_SIZE + HASH_SIZE; at < chunk.length; at += CHILD_SIZE) {
    size += view.getUint32(at, true) + view.getUint16(at + 4, true) * 0x1_0000_0000;
  }
  return size;
}

function encodeLeaf(part: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(LEAF_HEADER_SIZE + part.length);
  chunk[0] = CHUNK_BLOB_LEAF;
  chunk[1] = CHUNK_FORMAT_VERSION;
  chunk.set(part, LEAF_HEADER_SIZE);
  return chunk;
}

function encodeIndex(level: number, children: readonly BlobChild[]): Uint8Array {
  const chunk = new Uint8Array(INDEX_HEADER_SIZE + children.length * CHILD_SIZE);
  const view = new DataView(chunk.buffer);
  chunk[0] = CHUNK_BLOB_INDEX;
  chunk[1] = CHUNK_FORMAT_VERSION;
  chunk[2] = level;
  children.forEach(({ hash, size }, index) => {
    const at = INDEX_HEADER_SIZE + index * CHILD_SIZE;
    writeHash(hash, chunk, at);
    view.setUint32(at + HASH_SIZE, size % 0x1_0000_0000, true);
    view.setUint16(at + HASH_SIZE + 4, Math.floor(size / 0x1_0000_0000), true);
  });
  return chunk;
}

function malformed(detail: string): ChunkFormatError {
  return new ChunkFormatError("malformed_chunk", `a long value is malformed: ${detail}`);
}
