/**
 * An annotated tag: who named a commit, when and why. The name is in the refs.
 *
 * Chunk: address of the commit, the tagger's signature, message.
 */
import type { Hash } from "../bytes/hash.ts";
import type { ChunkReader, ChunkStore } from "../chunks/chunk-store.ts";
import { CHUNK_TAG } from "../prolly/chunk-kinds.ts";
import { decodeChunk, encodeChunk } from "./chunk-codec.ts";
import { readSignature, type Signature, writeSignature } from "./commit.ts";

export interface Tag {
  readonly commit: Hash;
  readonly tagger: Signature;
  readonly message: string;
}

export function readTag(chunks: ChunkReader, address: Hash): Tag {
  return decodeTag(chunks.mustGetChunk(address));
}

export function writeTag(chunks: ChunkStore, { commit, tagger, message }: Tag): Hash {
  return chunks.putChunk(
    encodeChunk(CHUNK_TAG, (writer) => {
      writer.writeHash(commit);
      writeSignature(writer, tagger);
      writer.writeString(message);
    }),
  );
}

export function decodeTag(chunk: Uint8Array): Tag {
  return decodeChunk(chunk, CHUNK_TAG, (reader) => ({
    commit: reader.readHash(),
    tagger: readSignature(reader),
    message: reader.readString(),
  }));
}
