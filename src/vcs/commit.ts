/**
 * A commit: a root value, its parents, who and when. Its address depends on all of this, so a commit made again with
 * the same contents, people and times is the same commit.
 *
 * Chunk: address of the root value; varint count of parents, their addresses; height (varint); author; committer;
 * message (string). A signature is name and email (strings) and the date in milliseconds plus 2^52 (u64).
 */
import type { ByteReader } from "../bytes/byte-reader.ts";
import type { ByteWriter } from "../bytes/byte-writer.ts";
import type { Hash } from "../bytes/hash.ts";
import type { ChunkReader, ChunkStore } from "../chunks/chunk-store.ts";
import { CHUNK_COMMIT } from "../prolly/chunk-kinds.ts";
import { decodeChunk, encodeChunk } from "./chunk-codec.ts";

export interface Signature {
  readonly name: string;
  readonly email: string;
  /** milliseconds since the epoch */
  readonly dateMs: number;
}

export interface Commit {
  readonly root: Hash;
  readonly parents: readonly Hash[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
  /** 1 + the highest height of the parents; 1 for the first commit. */
  readonly height: number;
}

/** Makes dates before 1970 positive; part of the format. */
const DATE_BIAS = 2 ** 52;

export function readCommit(chunks: ChunkReader, address: Hash): Commit {
  return decodeCommit(chunks.mustGetChunk(address));
}

/** Stores a commit (height computed from its parents) and gives its address. */
export function writeCommit(chunks: ChunkStore, commit: Omit<Commit, "height">): Hash {
  const heights = commit.parents.map((parent) => readCommit(chunks, parent).height);
  return chunks.putChunk(encodeCommit({ ...commit, height: 1 + Math.max(0, ...heights) }));
}

export function isCommitChunk(chunk: Uint8Array): boolean {
  return chunk[0] === CHUNK_COMMIT;
}

function encodeCommit(commit: Commit): Uint8Array {
  return encodeChunk(CHUNK_COMMIT, (writer) => {
    writer.writeHash(commit.root);
    writer.writeVarint(commit.parents.length);
    for (const parent of commit.parents) writer.writeHash(parent);
    writer.writeVarint(commit.height);
    writeSignature(writer, commit.author);
    writeSignature(writer, commit.committer);
    writer.writeString(commit.message);
  });
}

export function decodeCommit(chunk: Uint8Array): Commit {
  return decodeChunk(chunk, CHUNK_COMMIT, (reader) => {
    const root = reader.readHash();
    const parents: Hash[] = [];
    for (let left = reader.readVarint(); left > 0; left--) parents.push(reader.readHash());
    const height = reader.readVarint();
    const author = readSignature(reader);
    const committer = readSignature(reader);
    return { root, parents, author, committer, message: reader.readString(), height };
  });
}

export function writeSignature(writer: ByteWriter, { name, email, dateMs }: Signature): void {
  writer.writeString(name);
  writer.writeString(email);
  writer.writeUint64(dateMs + DATE_BIAS);
}

export function readSignature(reader: ByteReader): Signature {
  return { name: reader.readString(), email: reader.readString(), dateMs: reader.readUint64() - DATE_BIAS };
}
