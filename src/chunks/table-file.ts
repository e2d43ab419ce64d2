/** A table file on the local disk, opened for reading. Every chunk it gives out was checked against its address. */
import { Buffer } from "node:buffer";
import { join } from "node:path";
import type { Hash } from "../bytes/hash.ts";
import type { FileSystem, StoredFile } from "../io/file-system.ts";
import { StorageError } from "../io/storage-error.ts";
import { checkChunk, decodeBlock } from "./block-codec.ts";
import { TableFileBuilder } from "./table-file-builder.ts";
import { type Block, decodeTrailer, TableIndex, TRAILER_SIZE } from "./table-index.ts";

const WRITE_SIZE = 1024 * 1024;

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
    const order = Uint32Array.from({ length: index.chunkCount }, (_, entry) => entry).sort(
      (left, right) =>
        index.blockOf(left) - index.blockOf(right) || index.offsetOf(left) - index.offsetOf(right),
    );
    for (const entry of order) {
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
  options: { readonly compress: boolean; readonly temporaryName: string },
): Promise<TableFile | undefined> {
  const temporaryPath = join(folder, options.temporaryName);
  const file = files.openFile(temporaryPath, "write");
  try {
    file.truncate(0);
    const sink = new BufferedFileSink(file);
    const builder = new TableFileBuilder((bytes) => sink.write(bytes), { compress: options.compress });
    for await (const { hash, read } of chunks) await builder.add(hash, read());
    if (builder.chunkCount === 0) {
      file.close();
      await files.removeFile(temporaryPath);
      return undefined;
    }
    const { name } = await builder.finish();
    sink.flush();
    // The content must be durable before the name that the manifest will point to exists.
    await file.sync();
    file.close();
    await files.rename(temporaryPath, join(folder, name));
    await files.syncFolder(folder);
    return TableFile.open(files, folder, name);
  } catch (error) {
    file.close();
    if (files.status(temporaryPath) !== undefined) await files.removeFile(temporaryPath);
    throw error;
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
