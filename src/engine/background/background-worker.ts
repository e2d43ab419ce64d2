/** What a background thread runs: the jobs of background-jobs.ts by name, on the real file system. */
import { type JobResult, serveJobs } from "../../base/worker-jobs.ts";
import { NodeFileSystem } from "../../io/node-file-system.ts";
import { DirectJobs, type JobInputs, type JobResults } from "./background-jobs.ts";
import { encodeJobError } from "./job-errors.ts";
import { startPartnerThread } from "./partner-thread.ts";

const jobs = new DirectJobs(new NodeFileSystem(), {}, startPartnerThread);

type Handlers = {
  readonly [Name in keyof JobInputs]: (
    input: JobInputs[Name],
    signal: AbortSignal,
  ) => Promise<JobResults[Name]>;
};

const handlers: Handlers = {
  copyLiveChunks: (request, signal) => jobs.copyLiveChunks(request, signal),
  sealJournal: (request) => jobs.sealJournal(request),
  checkDatabase: (listing, signal) => jobs.checkDatabase(listing, signal),
  foldTrees: ({ request, edits }) => jobs.foldTrees(request, edits),
  rebuildTable: (request, signal) => jobs.rebuildTable(request, signal),
  packChunks: async ({ request, tables }, signal) => {
    await jobs.packChunks(request, tables, signal);
    return undefined;
  },
};

serveJobs(
  Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => [
      name,
      // The pool's owner sends each job what JobInputs says.
      async (input: unknown, signal: AbortSignal): Promise<JobResult> => ({
        result: await handler(input as never, signal),
      }),
    ]),
  ),
  encodeJobError,
);
