import { args, bigint, defineProcedure, flag, optional, type Procedure, short, text } from "#plugin";

export const procedure: Procedure = defineProcedure({
  name: "dolt_pull",
  summary: "Fetches from a remote and brings the current branch up to it.",
  privilege: "admin",
  args: args({
    positionals: { remote: optional(text), branch: optional(text) },
    options: { ffOnly: flag, force: short("f", flag), silent: flag },
  }),
  columns: { fast_forward: bigint, conflicts: bigint, message: text },
  async run(session, { remote, branch, ffOnly }) {
    await session.commitTransaction();
    const result = await session.database.pull(session.branch, {
      remote,
      branch,
      fastForwardOnly: ffOnly === true,
      signal: session.signal,
    });
    return [
      {
        fast_forward: result.fastForward ? 1n : 0n,
        conflicts: BigInt(result.conflicts),
        message: result.message,
      },
    ];
  },
});
