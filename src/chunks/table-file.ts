/** A table file on the local disk, opened for reading. Every chunk it gives out was checked against its address. */
import { Buffer } from "node:buffer";
import { dirname, join } from "node:path";
import { systemClock } from "../base/clock.ts";
import type { Hash } from "../bytes/hash.ts";
import type { FileSystem, StoredFile } from "../io/file-system.ts";
import { StorageError } from "../io/storage-error.ts";
import { checkChunk, decodeBlock } from "./block-codec.ts";
import { TableFileBuilder } from "./table-file-builder.ts";
import { type Block, decodeTrailer, TableIndex, TRAILER_SIZE } from "./table-index.ts";

const WRITE_SIZE = 1024 * 1024;
/** What background work gives the disk at a time: a commit's fsync waits behind it. */
const PACED_SIZE = 1024 * 1024;

export class TableFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly index: TableIndex;
  readonly #file: StoredFile;
  /** The block inflated last: neighbours are usually read together. */
  #lastBlock = -1;
  #lastRaw: Uint8Array = new Uint8Array(0);

  private constructor(name: string, file: StoredFile, sizeBytes: number, index: TableIndex) {
    this.name = name;
    this.#file = file;
    this.sizeBytes = sizeBytes;
    this.index = index;
  }

  get path(): string {
    return this.#file.path;
  }

  get chunkCount(): number {
    return this.index.chunkCount;
  }

  static open(files: FileSystem, folder: string, name: string): TableFile {
    const file = files.openFile(join(folder, name), "read");
    try {
      const sizeBytes = file.size();
      const trailerOffset = Math.max(0, sizeBytes - TRAILER_SIZE);
      const trailer = decodeTrailer(readExactly(file, trailerOffset, TRAILER_SIZE), sizeBytes, file.path);
      const footer = readExactly(file, trailer.footerOffset, trailer.footerSize);
      return new TableFile(name, file, sizeBytes, new TableIndex(footer, trailer, file.path));
    } catch (error) {
      file.close();
      throw error;
    }
  }

  has(hash: Hash): boolean {
    return this.index.find(hash) >= 0;
  }

  get(hash: Hash): Uint8Array | undefined {
    const entry = this.index.find(hash);
    return entry < 0 ? undefined : this.read(entry, hash);
  }

  /** The chunk of an index entry. */
  read(entry: number, hash: Hash): Uint8Array {
    const blockNumber = this.index.blockOf(entry);
    const block = this.index.blockAt(blockNumber);
    const offset = this.index.offsetOf(entry);
    const size = this.index.sizeOf(entry);
    if (offset + size > block.rawSize) {
      throw new StorageError("bad_format", "chunk outside its block", {
        path: this.path,
        offset: block.fileOffset,
        hash,
      });
    }
    const chunk =
      block.codec === "stored"
        ? readExactly(this.#file, block.fileOffset + offset, size)
        : new Uint8Array(this.#readBlock(blockNumber, block).subarray(offset, offset + size));
    checkChunk(chunk, hash, this.path, block.fileOffset);
    return chunk;
  }

  /** All chunks in the order they were written. */
  *chunks(): Iterable<ChunkSource> {
    const { index } = this;
    for (const entry of index.entriesInFileOrder()) {
      const hash = index.hashAt(entry);
      yield { hash, read: () => this.read(entry, hash) };
    }
  }

  close(): void {
    this.#file.close();
    this.#lastBlock = -1;
    this.#lastRaw = new Uint8Array(0);
  }

  #readBlock(blockNumber: number, block: Block): Uint8Array {
    if (this.#lastBlock !== blockNumber) {
      const stored = readExactly(this.#file, block.fileOffset, block.storedSize);
      this.#lastRaw = decodeBlock(stored, block, this.path);
      this.#lastBlock = blockNumber;
    }
    return this.#lastRaw;
  }
}

/** Throws `bad_format` when the file ends before. */
function readExactly(file: StoredFile, position: number, size: number): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(size);
  const count = file.readInto(bytes, position);
  if (count !== size)
    throw new StorageError("bad_format", "file is cut short", { path: file.path, offset: position });
  return bytes;
}

export interface ChunkSource {
  readonly hash: Hash;
  read(): Uint8Array;
}

/** Writes a table file into `folder`; durable and under its name when it resolves. Undefined when there was no chunk. */
export async function writeTableFile(
  files: FileSystem,
  folder: string,
  chunks: AsyncIterable<ChunkSource> | Iterable<ChunkSource>,
  options: TableFileOptions & { readonly temporaryName: string },
): Promise<TableFile | undefined> {
  const writer = new TableFileWriter(files, join(folder, options.temporaryName), options);
  try {
    for await (const { hash, read } of chunks) await writer.add(hash, read());
    return await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

export interface TableFileOptions {
  readonly compress: boolean;
  /** Leaves the disk to others for as long as it has kept it busy, time and again. */
  readonly paced?: boolean;
}

/** A table file being written under a temporary name. */
export class TableFileWriter {
  readonly #files: FileSystem;
  readonly #file: StoredFile;
  readonly #sink: BufferedFileSink;
  readonly #builder: TableFileBuilder;
  readonly #paced: boolean;
  #syncedRawBytes = 0;
  #ended = false;

  constructor(files: FileSystem, temporaryPath: string, options: TableFileOptions) {
    this.#files = files;
    this.#paced = options.paced ?? false;
    this.#file = files.openFile(temporaryPath, "write");
    this.#file.truncate(0);
    const sink = new BufferedFileSink(this.#file);
    this.#sink = sink;
    this.#builder = new TableFileBuilder((bytes) => sink.write(bytes), options);
  }

  get rawBytes(): number {
    return this.#builder.rawBytes;
  }

  async add(hash: Hash, bytes: Uint8Array): Promise<void> {
    await this.#builder.add(hash, bytes);
    if (!this.#paced || this.rawBytes - this.#syncedRawBytes < PACED_SIZE) return;
    this.#syncedRawBytes = this.rawBytes;
    const startMs = systemClock.monotonicMs();
    await this.#file.sync();
    await systemClock.sleep(systemClock.monotonicMs() - startMs);
  }

  /** Durable and under its content's name when it resolves; undefined (and no file) when nothing was added. */
  async finish(): Promise<TableFile | undefined> {
    if (this.#builder.chunkCount === 0) {
      await this.abort();
      return undefined;
    }
    const { name } = await this.#builder.finish();
    this.#sink.flush();
    // The content must be durable before the name that the manifest will point to exists.
    await this.#file.sync();
    this.#file.close();
    const folder = dirname(this.#file.path);
    await this.#files.rename(this.#file.path, join(folder, name));
    this.#ended = true;
    await this.#files.syncFolder(folder);
    return TableFile.open(this.#files, folder, name);
  }

  /** Removes what was written. Does nothing after {@link finish}. */
  async abort(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#file.close();
    await this.#files.removeFile(this.#file.path);
  }
}

/** Gathers small writes into large ones. */
class BufferedFileSink {
  readonly #file: StoredFile;
  #parts: Uint8Array[] = [];
  #size = 0;
  #position = 0;

  constructor(file: StoredFile) {
    this.#file = file;
  }

  write(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#size += bytes.length;
    if (this.#size >= WRITE_SIZE) this.flush();
  }

  flush(): void {
    this.#file.write(Buffer.concat(this.#parts, this.#size), this.#position);
    this.#position += this.#size;
    this.#parts = [];
    this.#size = 0;
  }
}
