/** `dolt_commit_ancestors`: the edges of the commit graph; a first commit has one row without parent. */
import { hashToText } from "../../bytes/hash.ts";
import { walkCommits } from "../../vcs/commit-graph.ts";
import { headCommits } from "./dolt_commits.ts";
import { integerColumn, type SystemTable, textColumn } from "./system-table.ts";

export const doltCommitAncestors: SystemTable = {
  name: "dolt_commit_ancestors",
  columns: [
    textColumn("commit_hash", { primaryKey: true }),
    textColumn("parent_hash", { nullable: true }),
    integerColumn("parent_index", { primaryKey: true }),
  ],
  *rows({ store }) {
    for (const { hash, commit } of walkCommits(store.chunks, headCommits(store))) {
      if (commit.parents.length === 0) yield [hashToText(hash), null, 0];
      for (const [index, parent] of commit.parents.entries())
        yield [hashToText(hash), hashToText(parent), index];
    }
  },
};
