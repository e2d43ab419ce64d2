import { args, bigint, defineProcedure, flag, optional, type Procedure, rest, short, text } from "#plugin";

export const procedure: Procedure = defineProcedure({
  name: "dolt_fetch",
  summary: "Brings a remote's branches and tags here as remote-tracking branches.",
  privilege: "admin",
  args: args({
    positionals: { remote: optional(text), refspec: rest(text) },
    options: { prune: short("p", flag), silent: flag },
  }),
  columns: { success: bigint },
  async run(session, { remote, refspec, prune, silent }) {
    const { message } = await session.database.fetch({
      remote,
      refspecs: refspec,
      prune: prune === true,
      signal: session.signal,
    });
    if (silent !== true) session.warn(message);
    return [{ success: 1n }];
  },
});
