import { args, bigint, defineProcedure, flag, type Procedure, rest, SqlError, short, text } from "#plugin";

export const procedure: Procedure = defineProcedure({
  name: "dolt_branch",
  summary: "Creates, copies, renames, deletes and configures branches.",
  privilege: "write",
  args: args({
    positionals: { name: rest(text) },
    options: {
      copy: short("c", flag),
      move: short("m", flag),
      delete: short("d", flag),
      D: short("D", flag),
      force: short("f", flag),
      remote: short("r", flag),
      setUpstreamTo: short("u", text),
      track: short("t", text),
    },
  }),
  columns: { success: bigint },
  async run(session, { name, ...options }) {
    const { branches } = session.database;
    const force = options.force === true || options.D === true;
    const [first, second] = name;
    await session.commitTransaction();
    if (options.setUpstreamTo !== undefined) {
      await branches.setUpstream(first ?? session.branch, options.setUpstreamTo);
    } else if (options.delete === true || options.D === true) {
      if (first === undefined) throw invalidUsage();
      for (const branch of name) {
        if (options.remote === true) await branches.deleteRemote(branch);
        else await branches.delete(branch, { force, current: session.branch });
      }
    } else if (options.copy === true || options.move === true) {
      const [from, to] = second === undefined ? [session.branch, first] : [first, second];
      if (from === undefined || to === undefined || name.length > 2) throw invalidUsage();
      if (options.copy === true) await branches.copy(from, to, { force });
      else await branches.rename(from, to, { force });
    } else {
      if (first === undefined || name.length > 2) throw invalidUsage();
      const start = second ?? options.track ?? session.branch;
      await branches.create(first, { start, current: session.branch, force });
      if (options.track !== undefined) await branches.setUpstream(first, options.track);
    }
    return [{ success: 1n }];
  },
});

function invalidUsage(): SqlError {
  return new SqlError("ER_WRONG_ARGUMENTS", "error: invalid usage; name the branch");
}
