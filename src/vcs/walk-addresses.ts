/** The addresses in a chunk of any kind: what garbage collection, push and backup follow. */
import { EMPTY_HASH, type Hash } from "../bytes/hash.ts";
import { walkBlobIndex } from "../prolly/blob.ts";
import {
  CHUNK_BLOB_INDEX,
  CHUNK_BLOB_LEAF,
  CHUNK_COMMIT,
  CHUNK_DOCUMENT,
  CHUNK_ROOT_VALUE,
  CHUNK_TABLE_SCHEMA,
  CHUNK_TAG,
  CHUNK_TREE_NODE,
  CHUNK_WORKING_SET,
  ChunkFormatError,
} from "../prolly/chunk-kinds.ts";
import { walkTreeNode } from "../prolly/tree-walk.ts";
import { walkTupleAddresses } from "../tables/value-tuple.ts";
import { decodeCommit } from "./commit.ts";
import { decodeRootHeader } from "./root-value.ts";
import { decodeTag } from "./tag.ts";
import { decodeWorkingSet } from "./working-set.ts";

/** Calls back with each address that `chunk` holds (an address may come twice; EMPTY_HASH never does). Throws
 *  ChunkFormatError for a chunk of no known kind, so that nothing is ever collected by mistake. */
export function walkAddresses(chunk: Uint8Array, visit: (address: Hash) => void): void {
  const visitPresent = (address: Hash): void => {
    if (address !== EMPTY_HASH) visit(address);
  };
  switch (chunk[0]) {
    case CHUNK_TREE_NODE:
      walkTreeNode(chunk, visitPresent, walkTupleAddresses);
      return;
    case CHUNK_BLOB_INDEX:
      walkBlobIndex(chunk, visitPresent);
      return;
    case CHUNK_BLOB_LEAF:
    case CHUNK_TABLE_SCHEMA:
    case CHUNK_DOCUMENT:
      return;
    case CHUNK_ROOT_VALUE:
      visitPresent(decodeRootHeader(chunk).tables);
      return;
    case CHUNK_COMMIT: {
      const { root, parents } = decodeCommit(chunk);
      visitPresent(root);
      for (const parent of parents) visitPresent(parent);
      return;
    }
    case CHUNK_WORKING_SET: {
      const { working, staged, merge } = decodeWorkingSet(chunk);
      visitPresent(working);
      visitPresent(staged);
      if (merge === undefined) return;
      visitPresent(merge.commit);
      visitPresent(merge.workingBefore);
      return;
    }
    case CHUNK_TAG:
      visitPresent(decodeTag(chunk).commit);
      return;
    default:
      throw new ChunkFormatError("malformed_chunk", `a chunk has the unknown kind ${chunk[0] ?? "none"}`);
  }
}
