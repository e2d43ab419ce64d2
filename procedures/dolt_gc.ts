import { args, bigint, defineProcedure, flag, type Procedure } from "#plugin";

export const procedure: Procedure = defineProcedure({
  name: "dolt_gc",
  summary: "Frees the space of data that no branch, tag or working set reaches.",
  privilege: "admin",
  args: args({ options: { full: flag, shallow: flag } }),
  columns: { success: bigint },
  async run(session, { full }) {
    const freedBytes = await session.database.collectGarbage({
      full: full === true,
      signal: session.signal,
    });
    session.warn(`${freedBytes.toLocaleString("en-US")} bytes freed`);
    return [{ success: 1n }];
  },
});
