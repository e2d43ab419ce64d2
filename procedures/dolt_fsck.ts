import { args, defineProcedure, type Procedure, text } from "#plugin";

export const procedure: Procedure = defineProcedure({
  name: "dolt_fsck",
  summary: "Reads and checks the whole database; one row for each problem found.",
  privilege: "admin",
  args: args({}),
  columns: { subject: text, problem: text },
  async run({ database, signal }) {
    return database.check({ signal });
  },
});
