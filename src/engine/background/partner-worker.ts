/** What a thread runs that helps with a large table (partner-thread.ts): it lives as long as one job, which has one source. */
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

serveJobs({ sortPiece }, encodeJobError, IDLE_PRIORITY);
