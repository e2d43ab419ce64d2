/** An annotated tag: a name (in the refs) for a commit, with who, when and why. */
import type { Hash } from "../bytes/hash.ts";
import type { ChunkReader, ChunkStore } from "../chunks/chunk-store.ts";
import type { Signature } from "./commit.ts";

export interface Tag {
  readonly commit: Hash;
  readonly tagger: Signature;
  readonly message: string;
}

export declare function readTag(chunks: ChunkReader, address: Hash): Tag;
export declare function writeTag(chunks: ChunkStore, tag: Tag): Hash;
