import { args, bigint, defineProcedure, flag, optional, type Procedure, rest, short, text } from "#plugin";

export const procedure: Procedure = defineProcedure({
  name: "dolt_push",
  summary: "Sends branches and tags to a remote.",
  privilege: "admin",
  args: args({
    positionals: { remote: optional(text), refspec: rest(text) },
    options: {
      force: short("f", flag),
      setUpstream: short("u", flag),
      all: flag,
      silent: flag,
    },
  }),
  columns: { success: bigint },
  async run(session, { remote, refspec, ...options }) {
    const result = await session.database.push(session.branch, {
      remote,
      refspecs: refspec,
      force: options.force === true,
      setUpstream: options.setUpstream === true,
      all: options.all === true,
      signal: session.signal,
    });
    if (options.silent !== true) session.warn(result.message);
    return [{ success: 1n }];
  },
});
