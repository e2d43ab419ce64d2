/**
 * Packs what roots reach and a destination lacks into table files. The walk goes down from the roots and stops at each chunk that
 * the destination has, because it then has everything below it too: so the cost follows the change, not the database.
 * The order of the walk is always the same: after a crash the same files come out. Works in any thread.
 */
import { assert } from "../base/assert.ts";
import { Pause } from "../base/pause.ts";
import { EMPTY_HASH, type Hash } from "../bytes/hash.ts";
import type { WalkAddresses } from "../chunks/chunk-store.ts";
import { TableFileBuilder } from "../chunks/table-file-builder.ts";
import type { TableIndexParts } from "../chunks/table-index.ts";

const TABLE_RAW_BYTES_MAX = 16 * 1024 * 1024;

/** A table file in memory. */
export interface PackedTable {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly chunkCount: number;
  /** Before compression. */
  readonly chunkBytes: number;
}

/** Takes a table file; resolves when there is room for the next one. */
export type EmitTable = (table: PackedTable) => Promise<void>;

export interface PackSource {
  readonly roots: readonly Hash[];
  /** Throws when the chunk is missing. */
  readChunk(hash: Hash): Uint8Array;
  readonly walk: WalkAddresses;
  destinationHas(hash: Hash): boolean;
  readonly signal?: AbortSignal | undefined;
}

/** What another thread needs besides the database's files to pack by itself. Plain data. */
export interface PackRequest {
  readonly roots: readonly Hash[];
  /** Chunks that are to be sent although the database does not have them. */
  readonly added: readonly (readonly [Hash, Uint8Array])[];
  /** The indexes of all that the destination has. */
  readonly known: readonly TableIndexParts[];
}

/** Packs in another thread, a database's chunks. */
export type ChunkPacker = (
  request: PackRequest,
  emit: EmitTable,
  signal: AbortSignal | undefined,
) => Promise<void>;

/** False when there was more than `chunkBytesMax`: then what was emitted is not all. */
export async function packChunks(
  source: PackSource,
  emit: EmitTable,
  chunkBytesMax: number = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  const { walk, signal } = source;
  const packer = new TableFilePacker(emit);
  const seen = new Set<Hash>();
  const stack: Hash[] = [];
  const visit = (address: Hash): void => {
    if (address === EMPTY_HASH || seen.has(address) || source.destinationHas(address)) return;
    seen.add(address);
    stack.push(address);
  };
  const pause = new Pause(signal);
  let chunkBytes = 0;
  for (const root of source.roots) visit(root);
  for (let hash = stack.pop(); hash !== undefined; hash = stack.pop()) {
    const chunk = source.readChunk(hash);
    chunkBytes += chunk.length;
    if (chunkBytes > chunkBytesMax) return false;
    const firstChild = stack.length;
    walk(chunk, visit);
    reverseFrom(stack, firstChild);
    await packer.add(hash, chunk);
    if (pause.isDue()) await pause.take();
  }
  await packer.finish();
  return true;
}

/** The first child is to be taken first: neighbours in a tree become neighbours in the file. */
function reverseFrom(stack: Hash[], start: number): void {
  for (let low = start, high = stack.length - 1; low < high; low++, high--) {
    const swapped = stack[low] as Hash;
    stack[low] = stack[high] as Hash;
    stack[high] = swapped;
  }
}

/** Cuts a sequence of chunks into table files of limited size. */
export class TableFilePacker {
  readonly #emit: EmitTable;
  #builder: TableFileBuilder | undefined;
  #parts: Uint8Array[] = [];

  constructor(emit: EmitTable) {
    this.#emit = emit;
  }

  async add(hash: Hash, chunk: Uint8Array): Promise<void> {
    this.#builder ??= this.#newBuilder();
    await this.#builder.add(hash, chunk);
    if (this.#builder.rawBytes >= TABLE_RAW_BYTES_MAX) await this.finish();
  }

  /** Emits what was added since the last file. */
  async finish(): Promise<void> {
    const builder = this.#builder;
    if (builder === undefined) return;
    this.#builder = undefined;
    const parts = this.#parts;
    this.#parts = [];
    const chunkBytes = builder.rawBytes;
    const { name, sizeBytes, chunkCount } = await builder.finish();
    // With memory of its own, so that it can be handed to another thread.
    const bytes = new Uint8Array(new ArrayBuffer(sizeBytes));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    assert(at === sizeBytes, "a built table file has the size it says");
    await this.#emit({ name, bytes, chunkCount, chunkBytes });
  }

  #newBuilder(): TableFileBuilder {
    const parts: Uint8Array[] = [];
    this.#parts = parts;
    return new TableFileBuilder((bytes) => void parts.push(bytes), { compress: true });
  }
}
