import { args, bigint, defineProcedure, flag, type Procedure } from "#plugin";

export const procedure: Procedure = defineProcedure({
  name: "dolt_gc",
  summary: "Frees the space of data that no branch, tag or working set reaches.",
  privilege: "admin",
  args: args({ options: { full: flag, shallow: flag } }),
  columns: { success: bigint },
  async run({ database }, { full }) {
    await database.collectGarbage({ full: full === true });
    return [{ success: 1n }];
  },
});
