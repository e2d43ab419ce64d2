/**
 * Sends what roots reach and a destination lacks, in table files (pack-chunks.ts), a few of which are on their way at a time;
 * those that are there already are not sent again. What is more than a little is packed in another thread.
 */
import { WorkerFailure } from "../base/worker-pool.ts";
import type { Hash } from "../bytes/hash.ts";
import {
  type ChunkPacker,
  type PackedTable,
  type PackRequest,
  type PackSource,
  packChunks,
  TableFilePacker,
} from "./pack-chunks.ts";
import type { RemoteTable } from "./remote-manifest.ts";
import type { RemoteStore } from "./remote-store.ts";
import { withRetry } from "./retry.ts";
import type { TransferOptions, TransferProgress } from "./transfer-progress.ts";

const PARALLEL_UPLOADS = 3;
/** So much is packed while another thread would be told what to do. */
const PACKED_HERE_BYTES_MAX = 1024 * 1024;

export interface SendRequest extends PackSource, TransferOptions {
  readonly destination: RemoteStore;
  readonly background?: (Omit<PackRequest, "roots"> & { readonly pack: ChunkPacker }) | undefined;
}

export interface SentChunks extends TransferProgress {
  /** The new table files, stored but not yet in any manifest. */
  readonly tables: readonly RemoteTable[];
}

export async function sendChunks(request: SendRequest): Promise<SentChunks> {
  const { background, roots, signal } = request;
  const uploads = new TableFileUploads(request);
  const emit = (table: PackedTable): Promise<void> => uploads.start(table);
  const limit = background === undefined ? Number.POSITIVE_INFINITY : PACKED_HERE_BYTES_MAX;
  try {
    const packed = await packChunks(request, emit, limit);
    if (!packed && background !== undefined) {
      const { pack, added, known } = background;
      try {
        await pack({ roots, added, known }, emit, signal);
      } catch (error) {
        if (!(error instanceof WorkerFailure)) throw error;
        // What was emitted before the thread died comes out again, and is on the destination already.
        uploads.forget();
        await packChunks(request, emit);
      }
    }
    return await uploads.finish();
  } catch (error) {
    await uploads.wait();
    throw error;
  }
}

/** Sends single chunks, packed into table files. */
export class TableFileSender {
  readonly #uploads: TableFileUploads;
  readonly #packer: TableFilePacker;

  constructor(options: TransferOptions & { readonly destination: RemoteStore }) {
    const uploads = new TableFileUploads(options);
    this.#uploads = uploads;
    this.#packer = new TableFilePacker((table) => uploads.start(table));
  }

  add(hash: Hash, chunk: Uint8Array): Promise<void> {
    return this.#packer.add(hash, chunk);
  }

  async finish(): Promise<SentChunks> {
    await this.#packer.finish();
    return await this.#uploads.finish();
  }

  /** Resolves when no upload is under way, whatever came of them. */
  async waitForUploads(): Promise<void> {
    await this.#uploads.wait();
  }
}

class TableFileUploads {
  readonly #destination: RemoteStore;
  readonly #options: TransferOptions;
  #tables: RemoteTable[] = [];
  #running: Promise<void>[] = [];
  #failure: { readonly error: unknown } | undefined;
  #chunkCount = 0;
  #chunkBytes = 0;
  #transferredBytes = 0;

  constructor(options: TransferOptions & { readonly destination: RemoteStore }) {
    this.#destination = options.destination;
    this.#options = options;
  }

  /** Resolves when the upload has begun; throws when an earlier one has failed. */
  async start({ name, bytes, chunkCount, chunkBytes }: PackedTable): Promise<void> {
    this.#tables.push({ name, chunkCount, sizeBytes: bytes.length });
    this.#chunkCount += chunkCount;
    this.#chunkBytes += chunkBytes;
    while (this.#running.length >= PARALLEL_UPLOADS) await Promise.race(this.#running);
    if (this.#failure !== undefined) throw this.#failure.error;
    const upload = this.#upload(name, bytes).finally(() => {
      this.#running = this.#running.filter((other) => other !== upload);
    });
    this.#running.push(upload);
  }

  /** Those started so far do not count. */
  forget(): void {
    this.#tables = [];
    this.#chunkCount = 0;
    this.#chunkBytes = 0;
  }

  async finish(): Promise<SentChunks> {
    await this.wait();
    if (this.#failure !== undefined) throw this.#failure.error;
    return { tables: this.#tables, ...this.#progress() };
  }

  /** Resolves when no upload is under way, whatever came of them. */
  async wait(): Promise<void> {
    await Promise.all(this.#running);
  }

  /** Never rejects: a failure is kept for whoever waits next. */
  async #upload(name: string, bytes: Uint8Array): Promise<void> {
    try {
      await withRetry(() => this.#destination.putTableFile(name, bytes), { signal: this.#options.signal });
      this.#transferredBytes += bytes.length;
      this.#options.onProgress?.(this.#progress());
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  #progress(): TransferProgress {
    return {
      chunkCount: this.#chunkCount,
      chunkBytes: this.#chunkBytes,
      transferredBytes: this.#transferredBytes,
    };
  }
}
