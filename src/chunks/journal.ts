/**
 * One journal file: where chunks and roots are written first. Appending is a write into the page cache; what was
 * appended is durable after {@link Journal.sync}. A journal that cannot know what reached the disk (a failed write or sync)
 * refuses everything from then on; only a full disk, whose half-written record was cut off again, does it no harm.
 */
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { assert } from "../base/assert.ts";
import { ByteWriter } from "../bytes/byte-writer.ts";
import type { Hash } from "../bytes/hash.ts";
import type { FileSystem, StoredFile } from "../io/file-system.ts";
import { StorageError } from "../io/storage-error.ts";
import { checkChunk } from "./block-codec.ts";
import {
  CHUNK_RECORD_OVERHEAD,
  CHUNK_SIZE_MAX,
  checkJournalHeader,
  findLaterGroup,
  JOURNAL_HEADER_SIZE,
  readJournalRecord,
  writeChunkRecord,
  writeJournalHeader,
  writeRootRecord,
} from "./journal-format.ts";
import type { ChunkSource } from "./table-file.ts";

/** Read at a time; holds any record. */
const WINDOW_SIZE = 2 * (CHUNK_SIZE_MAX + 1);
const SIZE_FACTOR: number = CHUNK_SIZE_MAX + 1;
const NAME_PREFIX = "journal-";

export function journalName(journalNumber: number): string {
  return NAME_PREFIX + String(journalNumber).padStart(6, "0");
}

export function journalPath(folder: string, journalNumber: number): string {
  return join(folder, journalName(journalNumber));
}

export function isJournalName(name: string): boolean {
  return /^journal-\d{6,}$/.test(name);
}

export class Journal {
  readonly number: number;
  readonly #file: StoredFile;
  /** Hash → position of the chunk × SIZE_FACTOR + its size. */
  readonly #chunks = new Map<Hash, number>();
  readonly #writer = new ByteWriter(64 * 1024);
  #size = JOURNAL_HEADER_SIZE;
  #syncedSize = JOURNAL_HEADER_SIZE;
  #lastRoot: Hash | undefined;
  /** A torn tail begins at the end of what is held, and is still in the file. */
  #torn = false;
  #failure: StorageError | undefined;

  private constructor(journalNumber: number, file: StoredFile) {
    this.number = journalNumber;
    this.#file = file;
  }

  get path(): string {
    return this.#file.path;
  }

  get sizeBytes(): number {
    return this.#size;
  }

  /** Everything before this position is on the disk. */
  get syncedSize(): number {
    return this.#syncedSize;
  }

  get chunkCount(): number {
    return this.#chunks.size;
  }

  /** The root of the last root record, if there is one. */
  get lastRoot(): Hash | undefined {
    return this.#lastRoot;
  }

  /** Why nothing can be appended or synced any more, if that is so. */
  get failure(): StorageError | undefined {
    return this.#failure;
  }

  /** A new, empty journal; durable when it resolves. A left-over file of that name is overwritten. */
  static async create(files: FileSystem, folder: string, journalNumber: number): Promise<Journal> {
    const file = files.openFile(journalPath(folder, journalNumber), "write");
    try {
      const writer = new ByteWriter();
      writeJournalHeader(writer, journalNumber);
      file.truncate(0);
      file.write(writer.view(), 0);
      await file.sync();
      await files.syncFolder(folder);
      return new Journal(journalNumber, file);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /**
   * Opens a journal and replays it up to a torn tail, which {@link cutTornTail} removes before anything is appended: until
   * then nothing is changed, for a log that does not go on from here shows that the tail was damaged, not torn. Throws `checksum_mismatch` with the position when a
   * place before `knownSize`, or one that was synced before a later commit, is damaged.
   */
  static async open(
    files: FileSystem,
    folder: string,
    journalNumber: number,
    knownSize: number,
  ): Promise<Journal> {
    const path = journalPath(folder, journalNumber);
    const bytes = files.readFile(path);
    checkJournalHeader(bytes, journalNumber, path);
    const file = files.openFile(path, "write");
    try {
      const journal = new Journal(journalNumber, file);
      const end = journal.#replay(bytes, knownSize);
      journal.#torn = end < bytes.length;
      // What was read may still be in the page cache only, left there by a process that was killed before its sync.
      await file.sync();
      journal.#size = end;
      journal.#syncedSize = end;
      return journal;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Opens the first `sizeBytes` of a journal that somebody else may be writing to; they must end with a whole record. */
  static openForReading(
    files: FileSystem,
    folder: string,
    { number, sizeBytes }: { readonly number: number; readonly sizeBytes: number },
  ): Journal {
    const file = files.openFile(journalPath(folder, number), "read");
    try {
      const journal = new Journal(number, file);
      journal.#replayFile(sizeBytes);
      journal.#size = sizeBytes;
      journal.#syncedSize = sizeBytes;
      return journal;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Where a torn tail begins that is still in the file. */
  get tornAt(): number | undefined {
    return this.#torn ? this.#size : undefined;
  }

  /** Durable when it resolves: records written over a tail that came back in a crash could be read on into it. */
  async cutTornTail(): Promise<void> {
    if (!this.#torn) return;
    this.#file.truncate(this.#size);
    await this.#file.sync();
    this.#torn = false;
  }

  has(hash: Hash): boolean {
    return this.#chunks.has(hash);
  }

  get(hash: Hash): Uint8Array | undefined {
    const packed = this.#chunks.get(hash);
    if (packed === undefined) return undefined;
    const position = Math.floor(packed / SIZE_FACTOR);
    const chunk = Buffer.allocUnsafeSlow(packed % SIZE_FACTOR);
    const count = this.#file.readInto(chunk, position);
    if (count !== chunk.length) {
      throw new StorageError("bad_format", "journal is cut short", {
        path: this.path,
        offset: position,
        hash,
      });
    }
    checkChunk(chunk, hash, this.path, position);
    return chunk;
  }

  /** All chunks in the order they were written. */
  *chunks(): Iterable<ChunkSource> {
    for (const hash of this.#chunks.keys()) {
      yield { hash, read: () => this.get(hash) as Uint8Array };
    }
  }

  hashes(): Iterable<Hash> {
    return this.#chunks.keys();
  }

  /** The chunks that were appended and not synced. */
  *unsyncedChunks(): Iterable<ChunkSource> {
    for (const [hash, packed] of this.#chunks) {
      if (packed >= this.#syncedSize * SIZE_FACTOR) yield { hash, read: () => this.get(hash) as Uint8Array };
    }
  }

  /** Ends a failed journal where it was last synced: what follows is held elsewhere. */
  forgetUnsynced(): void {
    assert(this.#failure !== undefined, "nothing is appended any more");
    for (const [hash, packed] of this.#chunks) {
      if (packed >= this.#syncedSize * SIZE_FACTOR) this.#chunks.delete(hash);
    }
    this.#size = this.#syncedSize;
  }

  /** Appends chunks, then roots, in one write. When it throws nothing was appended. */
  append(chunks: ReadonlyMap<Hash, Uint8Array>, roots: readonly Hash[]): void {
    this.#checkUsable();
    assert(!this.#torn, "a torn tail was cut off");
    const writer = this.#writer;
    writer.reset();
    const positions: [Hash, number][] = [];
    for (const [hash, chunk] of chunks) {
      assert(chunk.length <= CHUNK_SIZE_MAX, "a chunk fits in a record");
      positions.push([hash, (this.#size + writer.size + CHUNK_RECORD_OVERHEAD) * SIZE_FACTOR + chunk.length]);
      writeChunkRecord(writer, hash, chunk);
    }
    for (const root of roots) writeRootRecord(writer, root, this.#size + writer.size, this.#syncedSize);
    this.#writeAtEnd(writer.view());
    this.#size += writer.size;
    for (const [hash, packed] of positions) this.#chunks.set(hash, packed);
    this.#lastRoot = roots.at(-1) ?? this.#lastRoot;
  }

  async sync(): Promise<void> {
    this.#checkUsable();
    const size = this.#size;
    if (size === this.#syncedSize) return;
    try {
      await this.#file.sync();
    } catch (error) {
      // The system may have dropped the dirty pages: a second sync would "succeed" without them.
      this.#fail(error);
      throw error;
    }
    this.#syncedSize = Math.max(this.#syncedSize, size);
  }

  close(): void {
    this.#file.close();
  }

  #writeAtEnd(bytes: Uint8Array): void {
    try {
      this.#file.write(bytes, this.#size);
    } catch (error) {
      // Whole records of the failed write must not be found behind what is written next, nor by a later opening.
      try {
        this.#file.truncate(this.#size);
        if (!isDiskFull(error)) this.#fail(error);
      } catch (truncateError) {
        this.#fail(truncateError);
      }
      throw error;
    }
  }

  #fail(cause: unknown): void {
    const message = "the journal failed before, and is read-only until another one can be begun";
    const code = isDiskFull(cause) ? "disk_full" : "closed";
    this.#failure ??= new StorageError(code, message, { path: this.path, cause });
  }

  #checkUsable(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Fills the map; returns the end of the last whole record. */
  #replay(bytes: Uint8Array, knownSize: number): number {
    const offset = this.#readRecords(bytes, JOURNAL_HEADER_SIZE, 0);
    const damaged =
      offset < knownSize || (offset < bytes.length && findLaterGroup(bytes, offset) !== undefined);
    if (damaged) {
      throw new StorageError("checksum_mismatch", "damaged journal record", { path: this.path, offset });
    }
    return offset;
  }

  /** Replays whole records up to `sizeBytes`, by windows: a thread keeps what it has read until it next collects garbage. */
  #replayFile(sizeBytes: number): void {
    const window = Buffer.allocUnsafeSlow(Math.min(sizeBytes, WINDOW_SIZE));
    for (let position = 0; position < sizeBytes; ) {
      const bytes = window.subarray(0, Math.min(window.length, sizeBytes - position));
      if (this.#file.readInto(bytes, position) !== bytes.length) {
        throw new StorageError("bad_format", "journal is cut short", { path: this.path });
      }
      if (position === 0) checkJournalHeader(bytes, this.number, this.path);
      const start = position === 0 ? JOURNAL_HEADER_SIZE : 0;
      const end = this.#readRecords(bytes, start, position);
      if (end === start && position + end < sizeBytes) {
        throw new StorageError("checksum_mismatch", "damaged journal record", {
          path: this.path,
          offset: position + end,
        });
      }
      position += end;
    }
  }

  /** Takes in the records from `start` of `bytes` on, which begin at `base` of the file; where the last whole one ends. */
  #readRecords(bytes: Uint8Array, start: number, base: number): number {
    let offset = start;
    for (;;) {
      const record = readJournalRecord(bytes, offset, base);
      if (record === undefined) return offset;
      if (record.kind === "root") this.#lastRoot = record.root;
      else this.#chunks.set(record.hash, (base + record.dataOffset) * SIZE_FACTOR + record.size);
      offset = record.end;
    }
  }
}

function isDiskFull(error: unknown): boolean {
  return error instanceof StorageError && error.code === "disk_full";
}
