import { args, bigint, defineProcedure, flag, type Procedure, rest, SqlError, short, text } from "#plugin";

export const procedure: Procedure = defineProcedure({
  name: "dolt_add",
  summary: "Stages tables of the working set for the next commit.",
  privilege: "write",
  args: args({
    positionals: { table: rest(text) },
    options: { all: short("A", flag), force: short("f", flag) },
  }),
  columns: { success: bigint },
  async run(session, { table, all }) {
    if (all !== true && table.length === 0) {
      throw new SqlError(
        "ER_WRONG_ARGUMENTS",
        "Nothing specified, nothing added. Maybe you wanted to say 'dolt add .'?",
      );
    }
    await session.commitTransaction();
    const everything = all === true || table.includes(".");
    await session.database.add(session.branch, {
      tables: everything ? "all" : table,
    });
    return [{ success: 1n }];
  },
});
