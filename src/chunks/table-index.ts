/**
 * The index of a table file: which chunks it holds and where. It is the file's footer, kept in memory as it is on
 * disk, so opening costs one read and nothing per chunk.
 *
 * Footer, big-endian:
 *   blocks   (17 bytes each)  u64 file offset, u32 stored size, u32 raw size, u8 codec (0 stored, 1 deflate)
 *   entries  (32 bytes each)  20-byte hash, u32 block, u32 offset in the raw block, u32 size; sorted by hash
 * Trailer, the last 40 bytes of the file:
 *   u64 footer offset, u32 block count, u32 chunk count, u64 raw bytes, u32 crc of the footer,
 *   u32 crc of the trailer so far, 8 bytes magic "CAIRNTB1" (the digit is the version)
 * The file's name is the address of its footer, which holds every chunk's address: same name, same chunks.
 */
import { ByteReader } from "../bytes/byte-reader.ts";
import { ByteWriter } from "../bytes/byte-writer.ts";
import { compareRanges } from "../bytes/compare.ts";
import { crc32 } from "../bytes/crc32.ts";
import { HASH_SIZE, type Hash, hashFromBytes, hashOf, hashToText } from "../bytes/hash.ts";
import { StorageError } from "../io/storage-error.ts";

export const TABLE_HEADER_MAGIC: Uint8Array = Buffer.from("CAIRNTBF");
export const TRAILER_SIZE = 40;
export const TABLE_FILE_SUFFIX = ".table";
const TRAILER_MAGIC = "CAIRNTB1";
const TRAILER_MAGIC_STEM = "CAIRNTB";
const TRAILER_CHECKED_SIZE = 28;
const BLOCK_SIZE = 17;
const ENTRY_SIZE = 32;

export type Codec = "stored" | "deflate";
const CODECS: readonly Codec[] = ["stored", "deflate"];

export interface Block {
  readonly fileOffset: number;
  readonly storedSize: number;
  readonly rawSize: number;
  readonly codec: Codec;
}

export interface IndexEntry {
  readonly hash: Hash;
  readonly block: number;
  readonly offset: number;
  readonly size: number;
}

export interface Trailer {
  readonly footerOffset: number;
  readonly footerSize: number;
  readonly blockCount: number;
  readonly chunkCount: number;
  readonly rawBytes: number;
  readonly footerCrc: number;
}

/** The footer and trailer of a table file with these blocks and entries, and its name. */
export function encodeIndex(
  blocks: readonly Block[],
  entries: readonly IndexEntry[],
  footerOffset: number,
): { readonly name: string; readonly bytes: Uint8Array } {
  const writer = new ByteWriter(blocks.length * BLOCK_SIZE + entries.length * ENTRY_SIZE + TRAILER_SIZE);
  let rawBytes = 0;
  for (const block of blocks) {
    writer.writeUint64(block.fileOffset);
    writer.writeUint32(block.storedSize);
    writer.writeUint32(block.rawSize);
    writer.writeUint8(CODECS.indexOf(block.codec));
    rawBytes += block.rawSize;
  }
  for (const entry of [...entries].sort((left, right) => (left.hash < right.hash ? -1 : 1))) {
    writer.writeHash(entry.hash);
    writer.writeUint32(entry.block);
    writer.writeUint32(entry.offset);
    writer.writeUint32(entry.size);
  }
  const footer = writer.view();
  const name = hashToText(hashOf(footer)) + TABLE_FILE_SUFFIX;
  const footerCrc = crc32(footer);
  const trailerStart = writer.size;
  writer.writeUint64(footerOffset);
  writer.writeUint32(blocks.length);
  writer.writeUint32(entries.length);
  writer.writeUint64(rawBytes);
  writer.writeUint32(footerCrc);
  writer.writeUint32(crc32(writer.view(trailerStart)));
  writer.writeBytes(Buffer.from(TRAILER_MAGIC));
  return { name, bytes: writer.finish() };
}

/** Reads the last {@link TRAILER_SIZE} bytes of a table file of `fileSize` bytes. `path` is for error messages. */
export function decodeTrailer(bytes: Uint8Array, fileSize: number, path: string): Trailer {
  const bad = (what: string): never => {
    throw new StorageError("bad_format", `damaged table file: ${what}`, {
      path,
      offset: fileSize - TRAILER_SIZE,
    });
  };
  if (bytes.length !== TRAILER_SIZE) bad("cut short");
  const magic = Buffer.from(bytes.subarray(32)).toString("latin1");
  if (magic !== TRAILER_MAGIC) {
    if (magic.startsWith(TRAILER_MAGIC_STEM) && /\d$/.test(magic)) {
      throw new StorageError("unknown_version", `table file of version ${magic.slice(-1)}`, { path });
    }
    bad("no end mark");
  }
  const reader = new ByteReader(bytes);
  const trailerCrc = new ByteReader(bytes, TRAILER_CHECKED_SIZE).readUint32();
  if (crc32(bytes.subarray(0, TRAILER_CHECKED_SIZE)) !== trailerCrc) bad("trailer checksum");
  const footerOffset = reader.readUint64();
  const blockCount = reader.readUint32();
  const chunkCount = reader.readUint32();
  const rawBytes = reader.readUint64();
  const footerCrc = reader.readUint32();
  const footerSize = blockCount * BLOCK_SIZE + chunkCount * ENTRY_SIZE;
  if (footerOffset + footerSize + TRAILER_SIZE !== fileSize) bad("size");
  return { footerOffset, footerSize, blockCount, chunkCount, rawBytes, footerCrc };
}

/** What an index is made of. Plain data, so that it can be sent to another thread. */
export interface TableIndexParts {
  readonly footer: Uint8Array;
  readonly trailer: Trailer;
  readonly path: string;
}

/** A footer, searchable. */
export class TableIndex {
  readonly chunkCount: number;
  readonly blockCount: number;
  /** The arguments of the constructor. */
  readonly parts: TableIndexParts;
  readonly #footer: Buffer;
  readonly #entriesStart: number;

  /** Throws `checksum_mismatch` when `footer` is not what the trailer says. */
  constructor(footer: Uint8Array, trailer: Trailer, path: string) {
    if (footer.length !== trailer.footerSize || crc32(footer) !== trailer.footerCrc) {
      const offset = trailer.footerOffset;
      throw new StorageError("checksum_mismatch", "damaged table file: index checksum", { path, offset });
    }
    this.#footer = Buffer.from(footer.buffer, footer.byteOffset, footer.length);
    this.parts = { footer, trailer, path };
    this.chunkCount = trailer.chunkCount;
    this.blockCount = trailer.blockCount;
    this.#entriesStart = trailer.blockCount * BLOCK_SIZE;
  }

  /** The name a file with this index has. */
  fileName(): string {
    return hashToText(hashOf(this.#footer)) + TABLE_FILE_SUFFIX;
  }

  /** The number of the entry of `hash`, or -1. */
  find(hash: Hash): number {
    const prefix =
      ((hash.charCodeAt(0) << 24) |
        (hash.charCodeAt(1) << 16) |
        (hash.charCodeAt(2) << 8) |
        hash.charCodeAt(3)) >>>
      0;
    let low = 0;
    let high = this.chunkCount;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(middle, prefix, hash) < 0) low = middle + 1;
      else high = middle;
    }
    return low < this.chunkCount && this.#compare(low, prefix, hash) === 0 ? low : -1;
  }

  hashAt(entry: number): Hash {
    return hashFromBytes(this.#footer, this.#entriesStart + entry * ENTRY_SIZE);
  }

  blockOf(entry: number): number {
    return this.#footer.readUInt32BE(this.#entriesStart + entry * ENTRY_SIZE + HASH_SIZE);
  }

  offsetOf(entry: number): number {
    return this.#footer.readUInt32BE(this.#entriesStart + entry * ENTRY_SIZE + HASH_SIZE + 4);
  }

  sizeOf(entry: number): number {
    return this.#footer.readUInt32BE(this.#entriesStart + entry * ENTRY_SIZE + HASH_SIZE + 8);
  }

  blockAt(block: number): Block {
    const reader = new ByteReader(this.#footer, block * BLOCK_SIZE);
    const fileOffset = reader.readUint64();
    const storedSize = reader.readUint32();
    const rawSize = reader.readUint32();
    return { fileOffset, storedSize, rawSize, codec: CODECS[reader.readUint8()] ?? "stored" };
  }

  /** The numbers of all entries, in the order the chunks were written. */
  entriesInFileOrder(): Uint32Array {
    return Uint32Array.from({ length: this.chunkCount }, (_, entry) => entry).sort(
      (left, right) =>
        this.blockOf(left) - this.blockOf(right) ||
        this.offsetOf(left) - this.offsetOf(right) ||
        this.sizeOf(left) - this.sizeOf(right),
    );
  }

  /** Finds faults that a checksum cannot: entries out of order or pointing outside their block. */
  findFaults(): string[] {
    const faults: string[] = [];
    for (let entry = 0; entry < this.chunkCount; entry++) {
      const start = this.#entriesStart + entry * ENTRY_SIZE;
      const before = start - ENTRY_SIZE;
      const ordered =
        entry === 0 ||
        compareRanges(this.#footer, before, before + HASH_SIZE, this.#footer, start, start + HASH_SIZE) < 0;
      if (!ordered) faults.push(`index entry ${entry} is out of order`);
      const inside =
        this.blockOf(entry) < this.blockCount &&
        this.offsetOf(entry) + this.sizeOf(entry) <= this.blockAt(this.blockOf(entry)).rawSize;
      if (!inside) faults.push(`index entry ${entry} points outside its block`);
    }
    return faults;
  }

  #compare(entry: number, prefix: number, hash: Hash): number {
    const start = this.#entriesStart + entry * ENTRY_SIZE;
    const difference = this.#footer.readUInt32BE(start) - prefix;
    if (difference !== 0) return difference;
    for (let i = 4; i < HASH_SIZE; i++) {
      const byteDifference = (this.#footer[start + i] as number) - hash.charCodeAt(i);
      if (byteDifference !== 0) return byteDifference;
    }
    return 0;
  }
}
