/** Turns a full journal, which nobody writes to any more, into a table file beside it. */
import type { FileSystem } from "../io/file-system.ts";
import { TEMPORARY_SUFFIX } from "../io/write-atomically.ts";
import { Journal, journalName } from "./journal.ts";
import { writeTableFile } from "./table-file.ts";
import { TABLE_FILE_SUFFIX } from "./table-index.ts";

export interface SealRequest {
  readonly folder: string;
  readonly number: number;
  readonly sizeBytes: number;
  readonly compress: boolean;
}

/** Resolves to the table file's name when it is durable; to nothing when the journal held no chunk. */
export type SealJournal = (request: SealRequest) => Promise<string | undefined>;

export async function sealJournal(files: FileSystem, request: SealRequest): Promise<string | undefined> {
  const { folder, number, compress } = request;
  const journal = Journal.openForReading(files, folder, request);
  try {
    const table = await writeTableFile(files, folder, journal.chunks(), {
      compress,
      paced: true,
      temporaryName: journalName(number) + TABLE_FILE_SUFFIX + TEMPORARY_SUFFIX,
    });
    table?.close();
    return table?.name;
  } finally {
    journal.close();
  }
}
