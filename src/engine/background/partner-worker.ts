/** What a thread runs that helps with large tables (partner-thread.ts), one after the other. */
import { restAfterBurst } from "../../base/short-bursts.ts";
import { IDLE_PRIORITY, type JobResult, serveJobs } from "../../base/worker-jobs.ts";
import { NodeFileSystem } from "../../io/node-file-system.ts";
import { encodeJobError } from "./job-errors.ts";
import { type Piece, type PieceRuns, PieceSorter, type PieceSource } from "./piece-sorter.ts";

let sorter: PieceSorter | undefined;
/** Nobody else wants this thread, but others want its processor. */
const pause = {
  isDue: (): boolean => {
    restAfterBurst();
    return false;
  },
  take: async (): Promise<void> => undefined,
};

async function sortPiece(input: unknown): Promise<JobResult> {
  // The pool's owner sends what partner-thread.ts says.
  const { source, piece } = input as { readonly source: PieceSource; readonly piece: Piece };
  sorter ??= new PieceSorter(new NodeFileSystem(), source);
  const result: PieceRuns = await sorter.sort(piece, pause);
  return { result, transfer: result.flat().flatMap(({ bytes }) => bytes?.buffer ?? []) };
}

/** Closes the files of the table it has helped with. */
async function endTable(): Promise<JobResult> {
  sorter?.close();
  sorter = undefined;
  return { result: undefined };
}

serveJobs({ sortPiece, endTable }, encodeJobError, IDLE_PRIORITY);
