/**
 * The write-ahead log of one database: what COMMIT promises to keep until a checkpoint contains it.
 *
 * Segments (log-segment.ts) are named `<first LSN, 16 hex digits>.log`; LSNs count records from 1 without gaps.
 *
 * Appends queue up; whatever has queued while a sync was running becomes one frame, written by one write and made
 * durable by one sync (group commit). Records are reported in LSN order. A torn tail is commits that were never
 * answered, and is dropped; damage anywhere else is an error naming file and offset. After a failed write or sync the
 * log takes no more records until a checkpoint holds everything that was answered, because what is on disk is then
 * unknown ({@link WriteAheadLog.recover}); or until the database is opened again.
 */
import { basename, join } from "node:path";
import { assert } from "../base/assert.ts";
import { type Clock, type Timer, yieldToOthers } from "../base/clock.ts";
import { ByteWriter } from "../bytes/byte-writer.ts";
import type { FileSystem, StoredFile } from "../io/file-system.ts";
import { StorageError } from "../io/storage-error.ts";
import { encodeLogRecord, LogRecordReader, type LogRecordSink, type RecordToLog } from "./log-record.ts";
import {
  appendRecord,
  beginFrame,
  encodeSegmentHeader,
  FIRST_LSN_OFFSET,
  finishFrame,
  readSegment,
  SEGMENT_HEADER_SIZE,
} from "./log-segment.ts";

const SEGMENT_SUFFIX = ".log";
const PROBE_NAME = "probe";
const GROUP_SIZE_MAX_BYTES = 8 * 1024 * 1024;
const GROUP_CAPACITY = 64 * 1024;
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
  /**
   * Why nothing may be logged now although the log is well: the chunk journal has failed, so whether the last root
   * (of a schema change, say) is durable is unknown. A record must not be read on top of one that its writer was told had failed.
   */
  readonly obstacle?: () => unknown;
  /** Records up to here are in the checkpoint. */
  readonly position: number;
}

interface Pending {
  readonly lsn: number;
  /** Called in LSN order when the record is as durable as the mode promises. */
  readonly done: (lsn: number) => void;
  readonly failed: (error: unknown) => void;
}

const NONE_PENDING: readonly Pending[] = [];

/** Room that a segment gets ahead of its frames: with the size of the file unchanged, a sync has half as much to write. */
const RESERVED: Uint8Array = new Uint8Array(256 * 1024);

/** Records that will be one frame, encoded as they come. */
class Group {
  readonly writer: ByteWriter = new ByteWriter(GROUP_CAPACITY);
  pending: Pending[] = [];
}

interface Segment {
  readonly path: string;
  readonly firstLsn: number;
  /** Last LSN in a closed segment. */
  lastLsn: number;
}

/** Is given every record after a position, in order. */
export interface LogReplayer extends LogRecordSink {
  /** The record is complete. The next one waits for the answer. */
  endRecord(lsn: number): Promise<void> | undefined;
}

/** Opens the log, replays every record after `position`, and is ready for appends. */
export async function openWriteAheadLog(
  options: WriteAheadLogOptions,
  replayer: LogReplayer,
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
    const following = segments[index + 1];
    if (following !== undefined && firstLsnOf(following) <= position + 1) {
      // The checkpoint holds all of it. It may even be damaged: that is how a failed log is left behind.
      await files.removeFile(path);
      continue;
    }
    const bytes = files.readFile(path);
    const { firstLsn, starts, ends, tornAt } = readSegment({
      path,
      bytes,
      last: index === segments.length - 1,
    });
    if (firstLsn !== undefined && firstLsn > nextLsn) {
      throw new StorageError("bad_format", `log records ${nextLsn} to ${firstLsn - 1} are missing before`, {
        path,
        offset: FIRST_LSN_OFFSET,
      });
    }
    if (firstLsn === undefined || starts.length === 0) {
      // Nothing in it was ever answered; a new segment may take its name.
      await files.removeFile(path);
      continue;
    }
    const reader = new LogRecordReader(bytes);
    for (let at = 0; at < starts.length; at++) {
      const lsn = reader.open(starts[at] as number);
      if (lsn !== firstLsn + at) {
        throw new StorageError("bad_format", `log record ${firstLsn + at} expected, found ${lsn}`, { path });
      }
      if (lsn < nextLsn) continue;
      reader.readInto(replayer, ends[at] as number);
      const pause = replayer.endRecord(lsn);
      if (pause !== undefined) await pause;
      nextLsn = lsn + 1;
    }
    if (tornAt !== undefined) await cutTornTail(files, path, tornAt);
    kept.push({ path, firstLsn, lastLsn: firstLsn + starts.length - 1 });
  }
  return new WriteAheadLog(options, kept, nextLsn);
}

/** As its name says it. */
function firstLsnOf(path: string): number {
  return Number.parseInt(basename(path, SEGMENT_SUFFIX), 16);
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
  /** Waiting to be written; the last one still grows. */
  #queue: Group[] = [];
  /** A written group whose memory the next one takes over. */
  #spare: Group | undefined;
  #nextLsn: number;
  #file: StoredFile | undefined;
  #fileSize = 0;
  /** Up to here the file has room that was written before. */
  #reservedEnd = 0;
  #rotate = true;
  #running: Promise<void> | undefined;
  #relaxedTimer: Timer | undefined;
  /** The sync of a relaxed mode that is under way: its file must stay open. */
  #relaxedSync: Promise<void> | undefined;
  #syncNeeded = false;
  #failure: unknown;
  #sizeBytes = 0;
  #syncCount = 0;
  #inFlight: readonly Pending[] = NONE_PENDING;
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
    const failure = this.#failure ?? this.#options.obstacle?.();
    if (failure !== undefined) {
      failed(failure);
      return;
    }
    const group = this.#openGroup();
    const lsn = this.#nextLsn;
    appendRecord(group.writer, (writer) => encodeLogRecord(writer, lsn, record));
    this.#nextLsn++;
    group.pending.push({ lsn, done, failed });
    this.#running ??= this.#flushQueue();
    if (this.#options.flushMode() === 0) this.#answerEarly();
  }

  #openGroup(): Group {
    const last = this.#queue[this.#queue.length - 1];
    if (last !== undefined && last.writer.size < GROUP_SIZE_MAX_BYTES) return last;
    const group = this.#spare ?? new Group();
    this.#spare = undefined;
    beginFrame(group.writer);
    this.#queue.push(group);
    return group;
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
      const last = this.#segments.length === 1;
      const current = last && this.#file !== undefined;
      if (segment.lastLsn > position) return;
      // Under load the log is never at rest; what it writes to, or is making, is only ever the last segment.
      if ((last && this.#running !== undefined) || (current && !this.#rotate)) return;
      this.#segments.shift();
      if (current) this.#closeFile();
      const { files } = this.#options;
      // One whose making failed may not be there.
      if (files.status(segment.path) !== undefined) await files.removeFile(segment.path);
    }
  }

  /** Finds out whether the folder takes new files again. Throws what went wrong if it does not. */
  async probe(): Promise<void> {
    const { files, folder } = this.#options;
    const path = join(folder, PROBE_NAME);
    const file = files.openFile(path, "write");
    try {
      file.write(encodeSegmentHeader(0), 0);
      await file.sync();
    } finally {
      file.close();
    }
    await files.syncFolder(folder);
    await files.removeFile(path);
  }

  /**
   * Takes records again after a failure. Only when a durable checkpoint covers every LSN given so far: what the old
   * segments hold beyond the last good sync is unknown for ever (after a failed sync the system may report the next one
   * as good without having written anything), so nothing in them is read or continued again.
   */
  recover(): void {
    assert(this.#failure !== undefined && this.#inFlight.length === 0, "the log has failed and is at rest");
    this.#closeFile();
    this.#failure = undefined;
    this.#syncNeeded = false;
    this.#sizeBytes = 0;
    this.#writtenLsn = this.#nextLsn - 1;
    this.#durableLsn = this.#writtenLsn;
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
      await this.#relaxedSync;
    } finally {
      this.#closeFile();
    }
  }

  async #flushQueue(): Promise<void> {
    // The commits that are ready now share this write.
    await yieldToOthers();
    try {
      while (this.#queue.length > 0) {
        const group = this.#takeGroup();
        if (this.#rotate || this.#file === undefined) await this.#openSegment();
        // A sync of the relaxed modes may have failed meanwhile; then this group was refused.
        if (this.#failure !== undefined) throw this.#failure;
        this.#write(group);
        if (this.#options.flushMode() === 1) await this.#sync();
        else this.#syncLater();
        const answered = this.#inFlight;
        this.#inFlight = NONE_PENDING;
        for (let at = 0; at < answered.length; at++) {
          const pending = answered[at] as Pending;
          pending.done(pending.lsn);
        }
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
      this.#reservedEnd = this.#fileSize;
    } catch {
      return false;
    }
    this.#nextLsn = first.lsn;
    this.#refuseWaiting(error);
    return true;
  }

  #takeGroup(): Group {
    const group = this.#queue.shift();
    assert(group !== undefined, "a group waits");
    this.#inFlight = group.pending;
    group.pending = [];
    return group;
  }

  #write(group: Group): void {
    const file = this.#file;
    assert(file !== undefined, "a segment is open");
    const bytes = finishFrame(group.writer, this.#durableLsn);
    const end = this.#fileSize + bytes.length;
    if (end > this.#reservedEnd) this.#reserve(file, end);
    file.write(bytes, this.#fileSize);
    this.#fileSize += bytes.length;
    this.#sizeBytes += bytes.length;
    this.#syncNeeded = true;
    const segment = this.#segments[this.#segments.length - 1] as Segment;
    segment.lastLsn = (this.#inFlight[this.#inFlight.length - 1] as Pending).lsn;
    this.#writtenLsn = segment.lastLsn;
    if (group.writer.size <= GROUP_CAPACITY) this.#spare ??= group;
  }

  /** Puts zeros at `from`, to be written over. */
  #reserve(file: StoredFile, from: number): void {
    file.write(RESERVED, from);
    this.#reservedEnd = from + RESERVED.length;
  }

  async #openSegment(): Promise<void> {
    // The old segment must be durable before the new one exists: replay would see a gap otherwise.
    if (this.#relaxedSync !== undefined) await this.#relaxedSync;
    if (this.#syncNeeded) await this.#sync();
    this.#closeFile();
    const firstLsn = (this.#inFlight[0] as Pending).lsn;
    const { files, folder } = this.#options;
    const path = join(folder, firstLsn.toString(16).padStart(16, "0") + SEGMENT_SUFFIX);
    // Known before it is made, so that it is removed also when making it fails half-way.
    if (this.#segments[this.#segments.length - 1]?.path !== path) {
      this.#segments.push({ path, firstLsn, lastLsn: firstLsn - 1 });
    }
    const file = files.openFile(path, "write");
    try {
      file.truncate(0);
      file.write(encodeSegmentHeader(firstLsn), 0);
      this.#reserve(file, SEGMENT_HEADER_SIZE);
      await file.sync();
      // The name must be durable before any record in it is answered.
      await files.syncFolder(folder);
    } catch (error) {
      file.close();
      throw error;
    }
    this.#file = file;
    this.#fileSize = SEGMENT_HEADER_SIZE;
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
      if (!this.#syncNeeded) return;
      // A failure is kept in #failure and refuses the next append.
      this.#relaxedSync = this.#sync()
        .catch(() => {})
        .finally(() => {
          this.#relaxedSync = undefined;
        });
    });
  }

  /** Mode 0: the commit is answered before the record is written. */
  #answerEarly(): void {
    for (const group of this.#queue) {
      const answered = group.pending;
      group.pending = answered.map(({ lsn }) => ({ lsn, done: () => {}, failed: () => {} }));
      for (const pending of answered) pending.done(pending.lsn);
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#refuseWaiting(error);
  }

  #refuseWaiting(error: unknown): void {
    const affected = [...this.#inFlight, ...this.#queue.flatMap((group) => group.pending)];
    this.#inFlight = NONE_PENDING;
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
