/**
 * The write-ahead log of one database: what COMMIT promises to keep until a checkpoint contains it.
 *
 * Segments (log-segment.ts) are named `<first LSN, 16 hex digits>.log`; LSNs count records from 1 without gaps.
 *
 * Appends queue up; whatever has queued while a sync was running becomes one frame, written by one write and made
 * durable by one sync (group commit). Records are reported in LSN order. A torn tail is commits that were never
 * answered, and is dropped; damage anywhere else is an error naming file and offset. After a failed write or sync the
 * log takes no more records until the database is opened again, because what is on disk is then unknown.
 */
import { join } from "node:path";
import { assert } from "../base/assert.ts";
import type { Clock, Timer } from "../base/clock.ts";
import { ByteWriter } from "../bytes/byte-writer.ts";
import type { FileSystem, StoredFile } from "../io/file-system.ts";
import { StorageError } from "../io/storage-error.ts";
import { decodeLogRecord, encodeLogRecord, type LogRecord, type RecordToLog } from "./log-record.ts";
import { encodeFrame, encodeSegmentHeader, readSegment, SEGMENT_HEADER_SIZE } from "./log-segment.ts";

const SEGMENT_SUFFIX = ".log";
const GROUP_SIZE_MAX_BYTES = 8 * 1024 * 1024;
/** How often the relaxed modes sync, as InnoDB does. */
const RELAXED_SYNC_MS = 1000;

/** As innodb_flush_log_at_trx_commit: 1 write and sync at commit; 2 write at commit, sync each second; 0 both each
 *  second. */
export type LogFlushMode = 0 | 1 | 2;

export interface WriteAheadLogOptions {
  readonly files: FileSystem;
  /** The `wal` folder. */
  readonly folder: string;
  readonly clock: Clock;
  /** Read at each append, because the setting is dynamic. */
  readonly flushMode: () => LogFlushMode;
  /** Records up to here are in the checkpoint. */
  readonly position: number;
}

interface Pending {
  readonly bytes: Uint8Array;
  readonly lsn: number;
  /** Called in LSN order when the record is as durable as the mode promises. */
  readonly done: (lsn: number) => void;
  readonly failed: (error: unknown) => void;
}

interface Segment {
  readonly path: string;
  readonly firstLsn: number;
  /** Last LSN in a closed segment. */
  lastLsn: number;
}

/** Opens the log, replays every record after `position` in order, and is ready for appends. */
export async function openWriteAheadLog(
  options: WriteAheadLogOptions,
  replay: (lsn: number, record: LogRecord) => void,
): Promise<WriteAheadLog> {
  const { files, folder, position } = options;
  await files.makeFolder(folder);
  const segments = files
    .list(folder)
    .filter((entry) => entry.kind === "file" && entry.name.endsWith(SEGMENT_SUFFIX))
    .map((entry) => join(folder, entry.name));
  const kept: Segment[] = [];
  let nextLsn = position + 1;
  for (const [index, path] of segments.entries()) {
    const segment = readSegment({ path, bytes: files.readFile(path), last: index === segments.length - 1 });
    const { firstLsn, records } = segment;
    if (firstLsn === undefined || records.length === 0) {
      // Nothing in it was ever answered; a new segment may take its name.
      await files.removeFile(path);
      continue;
    }
    if (firstLsn > nextLsn) {
      throw new StorageError("bad_format", `log records ${nextLsn} to ${firstLsn - 1} are missing`, { path });
    }
    for (const [at, payload] of records.entries()) {
      const { lsn, record } = decodeLogRecord(payload);
      if (lsn !== firstLsn + at) {
        throw new StorageError("bad_format", `log record ${firstLsn + at} expected, found ${lsn}`, { path });
      }
      if (lsn < nextLsn) continue;
      replay(lsn, record);
      nextLsn = lsn + 1;
    }
    if (segment.tornAt !== undefined) await cutTornTail(files, path, segment.tornAt);
    kept.push({ path, firstLsn, lastLsn: firstLsn + records.length - 1 });
  }
  return new WriteAheadLog(options, kept, nextLsn);
}

/** Without this the torn tail would look like damage once further segments follow. */
async function cutTornTail(files: FileSystem, path: string, sizeBytes: number): Promise<void> {
  const file = files.openFile(path, "write");
  try {
    file.truncate(sizeBytes);
    await file.sync();
  } finally {
    file.close();
  }
}

export class WriteAheadLog {
  readonly #options: WriteAheadLogOptions;
  readonly #segments: Segment[];
  readonly #writer = new ByteWriter(4096);
  #queue: Pending[] = [];
  #nextLsn: number;
  #file: StoredFile | undefined;
  #fileSize = 0;
  #rotate = true;
  #running: Promise<void> | undefined;
  #relaxedTimer: Timer | undefined;
  #syncNeeded = false;
  #failure: unknown;
  #sizeBytes = 0;
  #syncCount = 0;
  #inFlight: readonly Pending[] = [];
  #groupWaiters: (() => void)[] = [];
  #writtenLsn: number;
  #durableLsn: number;

  constructor(options: WriteAheadLogOptions, segments: Segment[], nextLsn: number) {
    this.#options = options;
    this.#segments = segments;
    this.#nextLsn = nextLsn;
    this.#writtenLsn = nextLsn - 1;
    this.#durableLsn = nextLsn - 1;
  }

  get nextLsn(): number {
    return this.#nextLsn;
  }

  /** Bytes appended since the last {@link startSegment}. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Group commits so far, for status variables. */
  get syncCount(): number {
    return this.#syncCount;
  }

  /** What broke the log, if anything did. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Queues a record. `done` is called when it is durable, `failed` when it may not be. */
  append(record: RecordToLog, done: (lsn: number) => void, failed: (error: unknown) => void): void {
    if (this.#failure !== undefined) {
      failed(this.#failure);
      return;
    }
    const lsn = this.#nextLsn++;
    const writer = this.#writer;
    writer.reset();
    encodeLogRecord(writer, lsn, record);
    this.#queue.push({ bytes: writer.finish(), lsn, done, failed });
    this.#running ??= this.#flushQueue();
    if (this.#options.flushMode() === 0) this.#answerEarly();
  }

  /** Makes the next record begin a new segment, so that the present ones can go once a checkpoint covers them. */
  startSegment(): void {
    this.#rotate = true;
    this.#sizeBytes = 0;
  }

  /** Resolves when the records that are being written now are answered or refused. */
  groupAnswered(): Promise<void> {
    if (this.#inFlight.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#groupWaiters.push(resolve));
  }

  /** Removes the segments that hold nothing after `position`. */
  async removeCovered(position: number): Promise<void> {
    while (this.#segments.length > 0) {
      const segment = this.#segments[0] as Segment;
      const current = this.#segments.length === 1 && this.#file !== undefined;
      if (segment.lastLsn > position) return;
      // Under load the log is never at rest; what it writes to is only ever the last segment.
      if (current && (!this.#rotate || this.#running !== undefined)) return;
      this.#segments.shift();
      if (current) this.#closeFile();
      await this.#options.files.removeFile(segment.path);
    }
  }

  /** Writes and syncs everything queued. */
  async flush(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    if (this.#syncNeeded) await this.#sync();
    if (this.#failure !== undefined) throw this.#failure;
  }

  async close(): Promise<void> {
    this.#relaxedTimer?.cancel();
    try {
      if (this.#failure === undefined) await this.flush();
    } finally {
      this.#closeFile();
    }
  }

  async #flushQueue(): Promise<void> {
    // One turn of the event loop lets the commits that are ready now share this write.
    await Promise.resolve();
    try {
      while (this.#queue.length > 0) {
        const group = this.#takeGroup();
        await this.#write(group);
        if (this.#options.flushMode() === 1) await this.#sync();
        else this.#syncLater();
        this.#inFlight = [];
        for (const pending of group) pending.done(pending.lsn);
        this.#wakeWaiters();
      }
    } catch (error) {
      if (!this.#takeBack(error)) this.#fail(error);
    } finally {
      this.#running = undefined;
    }
  }

  /** A full disk is no reason to stop for good: what was not synced is cut off again, and its LSNs are given anew. */
  #takeBack(error: unknown): boolean {
    const full = error instanceof StorageError && error.code === "disk_full" && this.#failure === undefined;
    const [first] = this.#inFlight;
    if (!full || first === undefined || this.#options.flushMode() !== 1) return false;
    try {
      this.#file?.truncate(this.#fileSize);
    } catch {
      return false;
    }
    this.#nextLsn = first.lsn;
    this.#refuseWaiting(error);
    return true;
  }

  #takeGroup(): readonly Pending[] {
    let sizeBytes = 0;
    let count = 0;
    while (count < this.#queue.length && sizeBytes < GROUP_SIZE_MAX_BYTES) {
      sizeBytes += (this.#queue[count] as Pending).bytes.length;
      count++;
    }
    this.#inFlight = this.#queue.splice(0, count);
    return this.#inFlight;
  }

  async #write(group: readonly Pending[]): Promise<void> {
    const first = group[0] as Pending;
    if (this.#rotate || this.#file === undefined) await this.#openSegment(first.lsn);
    const file = this.#file;
    assert(file !== undefined, "a segment is open");
    const bytes = encodeFrame(
      group.map((pending) => pending.bytes),
      this.#durableLsn,
    );
    file.write(bytes, this.#fileSize);
    this.#fileSize += bytes.length;
    this.#sizeBytes += bytes.length;
    this.#syncNeeded = true;
    const segment = this.#segments[this.#segments.length - 1] as Segment;
    segment.lastLsn = (group[group.length - 1] as Pending).lsn;
    this.#writtenLsn = segment.lastLsn;
  }

  async #openSegment(firstLsn: number): Promise<void> {
    // The old segment must be durable before the new one exists: replay would see a gap otherwise.
    if (this.#syncNeeded) await this.#sync();
    this.#closeFile();
    const { files, folder } = this.#options;
    const path = join(folder, firstLsn.toString(16).padStart(16, "0") + SEGMENT_SUFFIX);
    const file = files.openFile(path, "write");
    file.truncate(0);
    file.write(encodeSegmentHeader(firstLsn), 0);
    await file.sync();
    // The name must be durable before any record in it is answered.
    await files.syncFolder(folder);
    this.#file = file;
    this.#fileSize = SEGMENT_HEADER_SIZE;
    this.#segments.push({ path, firstLsn, lastLsn: firstLsn - 1 });
    this.#rotate = false;
  }

  async #sync(): Promise<void> {
    this.#syncNeeded = false;
    this.#syncCount++;
    const writtenLsn = this.#writtenLsn;
    try {
      await this.#file?.sync();
      this.#durableLsn = writtenLsn;
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  #syncLater(): void {
    if (this.#relaxedTimer !== undefined) return;
    this.#relaxedTimer = this.#options.clock.startTimer(RELAXED_SYNC_MS, () => {
      this.#relaxedTimer = undefined;
      // A failure is kept in #failure and refuses the next append.
      if (this.#syncNeeded) this.#sync().catch(() => {});
    });
  }

  /** Mode 0: the commit is answered before the record is written. */
  #answerEarly(): void {
    const waiting = this.#queue;
    this.#queue = waiting.map((pending) => ({ ...pending, done: () => {}, failed: () => {} }));
    for (const pending of waiting) pending.done(pending.lsn);
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#refuseWaiting(error);
  }

  #refuseWaiting(error: unknown): void {
    const affected = [...this.#inFlight, ...this.#queue];
    this.#inFlight = [];
    this.#queue = [];
    for (const pending of affected) pending.failed(error);
    this.#wakeWaiters();
  }

  #wakeWaiters(): void {
    for (const wake of this.#groupWaiters.splice(0)) wake();
  }

  #closeFile(): void {
    this.#file?.close();
    this.#file = undefined;
    this.#fileSize = 0;
    this.#rotate = true;
  }
}
