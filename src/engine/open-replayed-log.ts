/**
 * Opens a database's write-ahead log and replays it in portions, with a checkpoint after each but the last: so a log of
 * any length takes no more memory than one segment of it and the edits of one portion, and a crash on the way loses
 * nothing but the work on one portion.
 */
import { LogReplay, type ReplayTarget } from "./log-replay.ts";
import { openWriteAheadLog, type WriteAheadLog, type WriteAheadLogOptions } from "./write-ahead-log.ts";

export interface ReplayingDatabase extends ReplayTarget {
  readonly chunks: { confirmRecovery(): Promise<void> };
  /** Folds what is applied into the trees, durably. */
  checkpoint(): Promise<void>;
}

export interface Replaying {
  /** How much memory the edits of a portion may take, roughly. */
  readonly portionBytes: number;
  /** Called with the last record of a portion when its edits are all in the database's branches. */
  readonly applied: (lsn: number) => void;
}

export async function openReplayedLog(
  options: WriteAheadLogOptions,
  database: ReplayingDatabase,
  { portionBytes, applied }: Replaying,
): Promise<WriteAheadLog> {
  const replay = new LogReplay(database);
  let lastLsn = options.position;
  let confirmed = false;
  const apply = async (): Promise<void> => {
    replay.settle();
    applied(lastLsn);
    if (confirmed) return;
    confirmed = true;
    // The log goes on where the checkpoint ends, so the journal lacks no root. Nothing is written before.
    await database.chunks.confirmRecovery();
  };
  const log = await openWriteAheadLog(options, {
    beginTable: (table) => replay.beginTable(table),
    beginIndex: (index) => replay.beginIndex(index),
    addEdit: (bytes, keyStart, keyEnd, valueStart, valueEnd) =>
      replay.addEdit(bytes, keyStart, keyEnd, valueStart, valueEnd),
    endRecord: (lsn) => {
      lastLsn = lsn;
      return replay.sizeBytes > portionBytes ? apply().then(() => database.checkpoint()) : undefined;
    },
  });
  await apply();
  return log;
}
