/**
 * The refs map: the root of a database's chunk store. Names → addresses:
 *
 * | name                      | address of                                                     |
 * |---------------------------|----------------------------------------------------------------|
 * | refs/heads/x              | a commit                                                       |
 * | refs/tags/x               | a tag                                                          |
 * | refs/remotes/r/x          | a commit                                                       |
 * | workingSets/heads/x       | a working set                                                  |
 * | meta/…                    | a document that backups include (default branch, database id)  |
 * | local/…                   | a document that backups leave out (remotes, backups, upstreams)|
 *
 * It is a tree; a value is u8 1 and the address.
 */
import { compareBytes } from "../bytes/compare.ts";
import { HASH_SIZE, type Hash, hashFromBytes, writeHash } from "../bytes/hash.ts";
import type { ChunkReader, ChunkStore } from "../chunks/chunk-store.ts";
import { CHUNK_DOCUMENT, ChunkFormatError } from "../prolly/chunk-kinds.ts";
import { NodeReader } from "../prolly/node-reader.ts";
import { openTree } from "../prolly/prolly-tree.ts";
import { applyEdits } from "../prolly/tree-editor.ts";
import { CONTENT_ADDRESSES } from "../prolly/tree-node.ts";
import { decodeChunk, encodeChunk } from "./chunk-codec.ts";

export const HEADS_PREFIX = "refs/heads/";
export const TAGS_PREFIX = "refs/tags/";
export const REMOTES_PREFIX = "refs/remotes/";
export const WORKING_SETS_PREFIX = "workingSets/heads/";
export const META_PREFIX = "meta/";
export const LOCAL_PREFIX = "local/";

/** The branch that a ref is the head or the working set of. */
export function branchOfRef(name: string): string | undefined {
  for (const prefix of [WORKING_SETS_PREFIX, HEADS_PREFIX]) {
    if (name.startsWith(prefix)) return name.slice(prefix.length);
  }
  return undefined;
}

export interface Ref {
  readonly name: string;
  readonly address: Hash;
}

/** The refs at one root; immutable. */
export interface Refs {
  /** The chunk store root this was read from. */
  readonly root: Hash;
  get(name: string): Hash | undefined;
  /** All refs whose names begin with `prefix`, sorted by name. */
  list(prefix: string): readonly Ref[];
}

/** `undefined` deletes. */
export type RefChanges = ReadonlyMap<string, Hash | undefined>;

const VALUE_SIZE = 1 + HASH_SIZE;

/** Reads all refs; EMPTY_HASH has none. */
export function readRefs(nodes: NodeReader, root: Hash): Refs {
  const refs = new Map<string, Hash>();
  const cursor = openTree(nodes, root, CONTENT_ADDRESSES).openCursor({}, "forward");
  while (cursor.next()) {
    const { keyBytes, keyStart, keyEnd, valueBytes, valueStart, valueEnd } = cursor;
    if (valueEnd - valueStart !== VALUE_SIZE)
      throw new ChunkFormatError("malformed_chunk", "a ref is malformed");
    const name = Buffer.from(keyBytes.subarray(keyStart, keyEnd)).toString("utf8");
    refs.set(name, hashFromBytes(valueBytes, valueStart + 1));
  }
  return {
    root,
    get: (name) => refs.get(name),
    list: (prefix) =>
      [...refs].flatMap(([name, address]) => (name.startsWith(prefix) ? [{ name, address }] : [])),
  };
}

/** Stores a changed refs map; the result is the root to commit. */
export function writeRefs(chunks: ChunkStore, refs: Refs, changes: RefChanges): Hash {
  const edits = [...changes].map(([name, address]) => ({
    key: Buffer.from(name, "utf8"),
    value: address === undefined ? undefined : encodeRef(address),
  }));
  edits.sort((left, right) => compareBytes(left.key, right.key));
  const nodes = new NodeReader(chunks, { cacheSizeBytes: 0 });
  return applyEdits(chunks, openTree(nodes, refs.root, CONTENT_ADDRESSES), edits);
}

function encodeRef(address: Hash): Uint8Array {
  const value = new Uint8Array(VALUE_SIZE);
  value[0] = 1;
  writeHash(address, value, 1);
  return value;
}

/** A JSON document as a chunk, for settings. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export function readDocument(chunks: ChunkReader, address: Hash): Json {
  const text = decodeChunk(chunks.mustGetChunk(address), CHUNK_DOCUMENT, (reader) => reader.readString());
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new ChunkFormatError("malformed_chunk", "a settings document is no JSON", { cause });
  }
}

export function writeDocument(chunks: ChunkStore, document: Json): Hash {
  return chunks.putChunk(
    encodeChunk(CHUNK_DOCUMENT, (writer) => writer.writeString(JSON.stringify(document))),
  );
}
