/**
 * Writes a table file front to back into a sink, holding a few blocks in memory whatever the size: 8 bytes of magic,
 * the blocks (each a run of chunks, compressed together when that pays), then the index (table-index.ts). Compression
 * runs in the thread pool, a few blocks ahead of the sink.
 */
import { promisify } from "node:util";
import { deflateRaw } from "node:zlib";
import { assert } from "../base/assert.ts";
import type { Hash } from "../bytes/hash.ts";
import { type Block, type Codec, encodeIndex, type IndexEntry, TABLE_HEADER_MAGIC } from "./table-index.ts";

const deflate = promisify(deflateRaw);
/** A fast level: what matters is that the disk or network is not the limit, not the last percent. */
const DEFLATE_OPTIONS = { level: 1 } as const;
const BLOCK_RAW_SIZE = 32 * 1024;
/** Two keep up with a reader; more would take the pool's threads from the fsyncs that commits wait for. */
const BLOCKS_AHEAD_MAX = 2;
/** A block is kept compressed when that saves at least an eighth: inflating costs on every read. */
const WORTHWHILE_RATIO = 7 / 8;

/** Takes the file's bytes in order. */
export type TableFileSink = (bytes: Uint8Array) => void | Promise<void>;

export interface FinishedTableFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly chunkCount: number;
}

export class TableFileBuilder {
  readonly #sink: TableFileSink;
  readonly #compress: boolean;
  readonly #blocks: Block[] = [];
  readonly #entries: IndexEntry[] = [];
  readonly #waiting: Promise<{
    readonly raw: Uint8Array;
    readonly stored: Uint8Array;
    readonly codec: Codec;
  }>[] = [];
  #current: Uint8Array[] = [];
  #currentSize = 0;
  #blockCount = 0;
  #fileOffset = 0;
  #rawBytes = 0;

  constructor(sink: TableFileSink, options: { readonly compress: boolean }) {
    this.#sink = sink;
    this.#compress = options.compress;
  }

  get chunkCount(): number {
    return this.#entries.length;
  }

  /** Bytes of chunks added. */
  get rawBytes(): number {
    return this.#rawBytes;
  }

  /** Adds a chunk; the caller adds none twice. */
  async add(hash: Hash, bytes: Uint8Array): Promise<void> {
    this.#entries.push({ hash, block: this.#blockCount, offset: this.#currentSize, size: bytes.length });
    this.#current.push(bytes);
    this.#currentSize += bytes.length;
    this.#rawBytes += bytes.length;
    if (this.#currentSize >= BLOCK_RAW_SIZE) await this.#endBlock();
  }

  async finish(): Promise<FinishedTableFile> {
    assert(this.#entries.length > 0, "a table file holds at least one chunk");
    if (this.#current.length > 0) await this.#endBlock();
    while (this.#waiting.length > 0) await this.#writeOldest();
    const { name, bytes } = encodeIndex(this.#blocks, this.#entries, this.#fileOffset);
    await this.#write(bytes);
    return { name, sizeBytes: this.#fileOffset, chunkCount: this.#entries.length };
  }

  async #endBlock(): Promise<void> {
    const raw = Buffer.concat(this.#current, this.#currentSize);
    this.#current = [];
    this.#currentSize = 0;
    this.#blockCount++;
    const block = this.#compress
      ? deflate(raw, DEFLATE_OPTIONS).then((deflated) =>
          deflated.length <= raw.length * WORTHWHILE_RATIO
            ? { raw, stored: deflated, codec: "deflate" as const }
            : { raw, stored: raw, codec: "stored" as const },
        )
      : Promise.resolve({ raw, stored: raw, codec: "stored" as const });
    this.#waiting.push(block);
    if (this.#waiting.length > BLOCKS_AHEAD_MAX) await this.#writeOldest();
  }

  async #writeOldest(): Promise<void> {
    const block = await this.#waiting.shift();
    assert(block !== undefined, "a block is waiting");
    if (this.#fileOffset === 0) await this.#write(TABLE_HEADER_MAGIC);
    const { raw, stored, codec } = block;
    this.#blocks.push({
      fileOffset: this.#fileOffset,
      storedSize: stored.length,
      rawSize: raw.length,
      codec,
    });
    await this.#write(stored);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#fileOffset += bytes.length;
    await this.#sink(bytes);
  }
}
