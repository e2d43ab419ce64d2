/**
 * Reads the chunks of a remote or backup. The indexes of its table files are read once; chunks are then found without
 * asking, and fetched in few ranges: neighbouring blocks together, several ranges at a time.
 */
import { mapBounded } from "../base/bounded-parallel.ts";
import { type Hash, hashToText } from "../bytes/hash.ts";
import { checkChunk, decodeBlock } from "../chunks/block-codec.ts";
import {
  type Block,
  decodeTrailer,
  TableIndex,
  type TableIndexParts,
  TRAILER_SIZE,
} from "../chunks/table-index.ts";
import { StorageError } from "../io/storage-error.ts";
import { RemoteError } from "./remote-error.ts";
import type { RemoteTable } from "./remote-manifest.ts";
import type { RemoteStore } from "./remote-store.ts";
import { withRetry } from "./retry.ts";

const PARALLEL_READS = 4;
/** Blocks with a smaller gap between them are read in one range. */
const GAP_MAX = 64 * 1024;
const RANGE_SIZE_MAX = 4 * 1024 * 1024;
const DECODED_BYTES_MAX = 8 * 1024 * 1024;

interface OpenTable {
  readonly table: RemoteTable;
  readonly index: TableIndex;
}

interface WantedChunk {
  readonly hash: Hash;
  readonly entry: number;
}

/** A run of blocks of one file that is read in one go. */
interface ReadRange {
  readonly open: OpenTable;
  readonly offset: number;
  readonly size: number;
  readonly blocks: readonly { readonly block: Block; readonly chunks: readonly WantedChunk[] }[];
}

export class RemoteChunkReader {
  readonly #store: RemoteStore;
  readonly #signal: AbortSignal | undefined;
  readonly #tables: readonly OpenTable[];
  /** Blocks decoded last: what the next batch wants is often next to what the last one wanted. */
  readonly #decoded = new Map<string, Uint8Array>();
  #decodedBytes = 0;
  #receivedBytes = 0;

  private constructor(store: RemoteStore, tables: readonly OpenTable[], signal: AbortSignal | undefined) {
    this.#store = store;
    this.#tables = tables;
    this.#signal = signal;
  }

  /** Reads the indexes of `tables`. Throws `corrupted` or `not_found` naming the file. */
  static async open(
    store: RemoteStore,
    tables: readonly RemoteTable[],
    signal?: AbortSignal,
  ): Promise<RemoteChunkReader> {
    const opened = await mapBounded(tables, PARALLEL_READS, async (table) => ({
      table,
      index: await openIndex(store, table, signal),
    }));
    return new RemoteChunkReader(store, opened, signal);
  }

  /** Bytes of ranges read so far. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** The indexes of its tables. */
  get indexes(): readonly TableIndexParts[] {
    return this.#tables.map(({ index }) => index.parts);
  }

  hasChunk(hash: Hash): boolean {
    return this.#tables.some(({ index }) => index.find(hash) >= 0);
  }

  /** All chunks, in the order they are stored. */
  *chunkHashes(): Iterable<Hash> {
    for (const { index } of this.#tables) {
      for (const entry of index.entriesInFileOrder()) yield index.hashAt(entry);
    }
  }

  /** The chunks with these addresses, in any order, each checked. Throws `corrupted` when one is missing or damaged. */
  async fetchChunks(hashes: readonly Hash[]): Promise<ReadonlyMap<Hash, Uint8Array>> {
    const found = new Map<Hash, Uint8Array>();
    await mapBounded(this.#planRanges(hashes), PARALLEL_READS, async (range) => {
      await this.#readRange(range, found);
    });
    return found;
  }

  #planRanges(hashes: readonly Hash[]): ReadRange[] {
    const wanted = new Map<OpenTable, Map<number, WantedChunk[]>>();
    for (const hash of hashes) {
      const { open, entry } = this.#locate(hash);
      const blocks = wanted.get(open) ?? new Map<number, WantedChunk[]>();
      wanted.set(open, blocks);
      const blockNumber = open.index.blockOf(entry);
      const chunks = blocks.get(blockNumber) ?? [];
      blocks.set(blockNumber, chunks);
      chunks.push({ hash, entry });
    }
    return [...wanted].flatMap(([open, blocks]) => mergeBlocks(open, blocks));
  }

  #locate(hash: Hash): { readonly open: OpenTable; readonly entry: number } {
    for (const open of this.#tables) {
      const entry = open.index.find(hash);
      if (entry >= 0) return { open, entry };
    }
    const { url } = this.#store;
    throw new RemoteError("corrupted", url, `chunk ${hashToText(hash)} is missing from ${url}`);
  }

  async #readRange(range: ReadRange, found: Map<Hash, Uint8Array>): Promise<void> {
    const { open } = range;
    const path = `${this.#store.url}/${open.table.name}`;
    const keyOf = (block: Block): string => `${open.table.name}@${block.fileOffset}`;
    let bytes: Uint8Array | undefined;
    if (!range.blocks.every(({ block }) => this.#decoded.has(keyOf(block)))) {
      bytes = await withRetry(() => this.#store.readTableFile(open.table.name, range.offset, range.size), {
        signal: this.#signal,
      });
      this.#receivedBytes += range.size;
    }
    try {
      for (const { block, chunks } of range.blocks) {
        const key = keyOf(block);
        let raw = this.#decoded.get(key);
        if (raw === undefined) {
          const start = block.fileOffset - range.offset;
          raw = decodeBlock((bytes as Uint8Array).subarray(start, start + block.storedSize), block, path);
          this.#remember(key, raw);
        }
        for (const { hash, entry } of chunks) {
          const offset = open.index.offsetOf(entry);
          const chunk = raw.slice(offset, offset + open.index.sizeOf(entry));
          checkChunk(chunk, hash, path, block.fileOffset);
          found.set(hash, chunk);
        }
      }
    } catch (error) {
      throw asCorrupted(error, this.#store.url);
    }
  }

  #remember(key: string, raw: Uint8Array): void {
    this.#decoded.set(key, raw);
    this.#decodedBytes += raw.length;
    for (const [oldest, bytes] of this.#decoded) {
      if (this.#decodedBytes <= DECODED_BYTES_MAX) return;
      this.#decoded.delete(oldest);
      this.#decodedBytes -= bytes.length;
    }
  }
}

/** Throws `corrupted` for a damaged file, naming it and the position. */
async function openIndex(
  store: RemoteStore,
  { name, sizeBytes }: RemoteTable,
  signal: AbortSignal | undefined,
): Promise<TableIndex> {
  const path = `${store.url}/${name}`;
  const read = (offset: number, size: number): Promise<Uint8Array> =>
    withRetry(() => store.readTableFile(name, offset, size), { signal });
  try {
    if (sizeBytes < TRAILER_SIZE)
      throw new StorageError("bad_format", "damaged table file: too small", { path });
    const trailer = decodeTrailer(await read(sizeBytes - TRAILER_SIZE, TRAILER_SIZE), sizeBytes, path);
    const index = new TableIndex(await read(trailer.footerOffset, trailer.footerSize), trailer, path);
    const [fault] = index.fileName() === name ? index.findFaults() : ["the name does not fit the content"];
    if (fault !== undefined) throw new StorageError("bad_format", fault, { path });
    return index;
  } catch (error) {
    throw asCorrupted(error, store.url);
  }
}

function asCorrupted(error: unknown, url: string): unknown {
  if (!(error instanceof StorageError)) return error;
  return new RemoteError("corrupted", url, error.message, { cause: error });
}

/** The blocks in file order, those close together in one range. */
function mergeBlocks(open: OpenTable, blocks: ReadonlyMap<number, readonly WantedChunk[]>): ReadRange[] {
  const ranges: {
    offset: number;
    end: number;
    blocks: { block: Block; chunks: readonly WantedChunk[] }[];
  }[] = [];
  for (const [blockNumber, chunks] of [...blocks].sort(([left], [right]) => left - right)) {
    const block = open.index.blockAt(blockNumber);
    const end = block.fileOffset + block.storedSize;
    const last = ranges.at(-1);
    if (last !== undefined && block.fileOffset - last.end <= GAP_MAX && end - last.offset <= RANGE_SIZE_MAX) {
      last.blocks.push({ block, chunks });
      last.end = end;
    } else {
      ranges.push({ offset: block.fileOffset, end, blocks: [{ block, chunks }] });
    }
  }
  return ranges.map(({ offset, end, blocks: merged }) => ({
    open,
    offset,
    size: end - offset,
    blocks: merged,
  }));
}
