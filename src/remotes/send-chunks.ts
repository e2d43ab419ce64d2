/**
 * Sends what roots reach and a destination lacks. The walk goes down from the roots and stops at each chunk that the
 * destination has, because it then has everything below it too: so the cost follows the change, not the database.
 * Chunks go into table files of limited size, a few of which are on their way at a time. The order of the walk is always the same:
 * after a crash the same files come out, and those that are there are not sent again.
 */
import { assert } from "../base/assert.ts";
import { Pause } from "../base/pause.ts";
import { EMPTY_HASH, type Hash } from "../bytes/hash.ts";
import type { WalkAddresses } from "../chunks/chunk-store.ts";
import { TableFileBuilder } from "../chunks/table-file-builder.ts";
import type { RemoteTable } from "./remote-manifest.ts";
import type { RemoteStore } from "./remote-store.ts";
import { withRetry } from "./retry.ts";
import type { TransferOptions, TransferProgress } from "./transfer-progress.ts";

const TABLE_RAW_BYTES_MAX = 16 * 1024 * 1024;
const PARALLEL_UPLOADS = 3;

export interface SendRequest extends TransferOptions {
  readonly roots: readonly Hash[];
  /** Throws when the chunk is missing. */
  readChunk(hash: Hash): Uint8Array;
  readonly walk: WalkAddresses;
  destinationHas(hash: Hash): boolean;
  readonly destination: RemoteStore;
}

export interface SentChunks extends TransferProgress {
  /** The new table files, stored but not yet in any manifest. */
  readonly tables: readonly RemoteTable[];
}

export async function sendChunks(request: SendRequest): Promise<SentChunks> {
  const { signal, walk } = request;
  const sender = new TableFileSender(request);
  const seen = new Set<Hash>();
  const stack: Hash[] = [];
  const visit = (address: Hash): void => {
    if (address === EMPTY_HASH || seen.has(address) || request.destinationHas(address)) return;
    seen.add(address);
    stack.push(address);
  };
  const pause = new Pause(signal);
  try {
    for (const root of request.roots) visit(root);
    for (let hash = stack.pop(); hash !== undefined; hash = stack.pop()) {
      const chunk = request.readChunk(hash);
      const firstChild = stack.length;
      walk(chunk, visit);
      reverseFrom(stack, firstChild);
      await sender.add(hash, chunk);
      if (pause.isDue()) await pause.take();
    }
    return await sender.finish();
  } catch (error) {
    await sender.waitForUploads();
    throw error;
  }
}

/** The first child is to be taken first: neighbours in a tree become neighbours in the file. */
function reverseFrom(stack: Hash[], start: number): void {
  for (let low = start, high = stack.length - 1; low < high; low++, high--) {
    const swapped = stack[low] as Hash;
    stack[low] = stack[high] as Hash;
    stack[high] = swapped;
  }
}

/** Packs chunks into table files and uploads those, a few at a time. */
export class TableFileSender {
  readonly #destination: RemoteStore;
  readonly #options: TransferOptions;
  readonly #tables: RemoteTable[] = [];
  #uploads: Promise<void>[] = [];
  #failure: { readonly error: unknown } | undefined;
  #builder: TableFileBuilder | undefined;
  #parts: Uint8Array[] = [];
  #chunkCount = 0;
  #chunkBytes = 0;
  #transferredBytes = 0;

  constructor(options: TransferOptions & { readonly destination: RemoteStore }) {
    this.#destination = options.destination;
    this.#options = options;
  }

  async add(hash: Hash, chunk: Uint8Array): Promise<void> {
    this.#builder ??= this.#newBuilder();
    this.#chunkCount++;
    this.#chunkBytes += chunk.length;
    await this.#builder.add(hash, chunk);
    if (this.#builder.rawBytes >= TABLE_RAW_BYTES_MAX) await this.#endFile();
  }

  async finish(): Promise<SentChunks> {
    await this.#endFile();
    await this.waitForUploads();
    if (this.#failure !== undefined) throw this.#failure.error;
    return { tables: this.#tables, ...this.#progress() };
  }

  /** Resolves when no upload is under way, whatever came of them. */
  async waitForUploads(): Promise<void> {
    await Promise.all(this.#uploads);
  }

  #newBuilder(): TableFileBuilder {
    const parts: Uint8Array[] = [];
    this.#parts = parts;
    return new TableFileBuilder((bytes) => void parts.push(bytes), { compress: true });
  }

  async #endFile(): Promise<void> {
    const builder = this.#builder;
    if (builder === undefined) return;
    this.#builder = undefined;
    const parts = this.#parts;
    const { name, sizeBytes, chunkCount } = await builder.finish();
    const bytes = Buffer.concat(parts);
    assert(bytes.length === sizeBytes, "a built table file has the size it says");
    this.#tables.push({ name, chunkCount, sizeBytes });
    while (this.#uploads.length >= PARALLEL_UPLOADS) await Promise.race(this.#uploads);
    if (this.#failure !== undefined) throw this.#failure.error;
    const upload = this.#upload(name, bytes).finally(() => {
      this.#uploads = this.#uploads.filter((other) => other !== upload);
    });
    this.#uploads.push(upload);
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
