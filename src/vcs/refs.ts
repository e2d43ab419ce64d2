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
 */
import type { Hash } from "../bytes/hash.ts";
import type { ChunkReader, ChunkStore } from "../chunks/chunk-store.ts";
import type { NodeReader } from "../prolly/node-reader.ts";

export const HEADS_PREFIX = "refs/heads/";
export const TAGS_PREFIX = "refs/tags/";
export const REMOTES_PREFIX = "refs/remotes/";
export const WORKING_SETS_PREFIX = "workingSets/heads/";
export const META_PREFIX = "meta/";
export const LOCAL_PREFIX = "local/";

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

export declare function readRefs(nodes: NodeReader, root: Hash): Refs;
/** Stores a changed refs map; the result is the root to commit. */
export declare function writeRefs(chunks: ChunkStore, refs: Refs, changes: RefChanges): Hash;

/** A JSON document as a chunk, for settings. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export declare function readDocument(chunks: ChunkReader, address: Hash): Json;
export declare function writeDocument(chunks: ChunkStore, document: Json): Hash;
