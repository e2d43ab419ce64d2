/** `dolt_status`: the tables of the current branch that are staged or changed. */
import { mustGetBranch } from "../../vcs/branch.ts";
import { readStatus } from "../../vcs/status.ts";
import { flagColumn, type SystemTable, textColumn } from "./system-table.ts";

export const doltStatus: SystemTable = {
  name: "dolt_status",
  columns: [
    textColumn("table_name", { primaryKey: true }),
    flagColumn("staged", { primaryKey: true }),
    textColumn("status", { primaryKey: true }),
  ],
  prepare: ({ store }) => store.checkpoint(),
  *rows({ store, branch }) {
    // A tag or a commit has nothing that could be changed.
    if (branch === undefined) return;
    for (const entry of readStatus(store.nodes, mustGetBranch(store.chunks, store.refs(), branch))) {
      yield [entry.tableName, entry.staged ? 1 : 0, entry.status];
    }
  },
};
