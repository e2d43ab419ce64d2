/**
 * A branch's working set: the working and the staged root value, and how far the write-ahead log is contained.
 *
 * Chunk: addresses of the working and the staged root; LSN (u64); u8 1 when a merge waits for its commit, then the
 * merged commit's address, the address of the working root before it, and the revision's text.
 */
import type { Hash } from "../bytes/hash.ts";
import type { ChunkReader, ChunkStore } from "../chunks/chunk-store.ts";
import { CHUNK_WORKING_SET } from "../prolly/chunk-kinds.ts";
import { decodeChunk, encodeChunk } from "./chunk-codec.ts";

export interface WorkingSet {
  readonly working: Hash;
  readonly staged: Hash;
  /** Log records of this branch up to and including this LSN are in `working`. */
  readonly walPosition: number;
  /** A merge that waits for its commit. */
  readonly merge?: MergeState;
}

export interface MergeState {
  /** The commit being merged in: the second parent of the commit to come. */
  readonly commit: Hash;
  /** The working root before the merge, for `--abort`. */
  readonly workingBefore: Hash;
  /** The revision as the user wrote it. */
  readonly source: string;
}

export function readWorkingSet(chunks: ChunkReader, address: Hash): WorkingSet {
  return decodeWorkingSet(chunks.mustGetChunk(address));
}

export function writeWorkingSet(chunks: ChunkStore, workingSet: WorkingSet): Hash {
  return chunks.putChunk(encodeWorkingSet(workingSet));
}

function encodeWorkingSet({ working, staged, walPosition, merge }: WorkingSet): Uint8Array {
  return encodeChunk(CHUNK_WORKING_SET, (writer) => {
    writer.writeHash(working);
    writer.writeHash(staged);
    writer.writeUint64(walPosition);
    writer.writeUint8(merge === undefined ? 0 : 1);
    if (merge === undefined) return;
    writer.writeHash(merge.commit);
    writer.writeHash(merge.workingBefore);
    writer.writeString(merge.source);
  });
}

export function decodeWorkingSet(chunk: Uint8Array): WorkingSet {
  return decodeChunk(chunk, CHUNK_WORKING_SET, (reader) => {
    const working = reader.readHash();
    const staged = reader.readHash();
    const walPosition = reader.readUint64();
    if (reader.readUint8() === 0) return { working, staged, walPosition };
    const merge = {
      commit: reader.readHash(),
      workingBefore: reader.readHash(),
      source: reader.readString(),
    };
    return { working, staged, walPosition, merge };
  });
}
