/** `dolt_branches`: every local branch, its last commit, what it follows, and whether it has uncommitted changes. */
import { hashToText } from "../../bytes/hash.ts";
import { branchNames, mustGetBranch } from "../../vcs/branch.ts";
import { readCommit } from "../../vcs/commit.ts";
import { isDirty } from "../../vcs/status.ts";
import { readSetting, UPSTREAMS } from "../version-control/settings.ts";
import {
  flagColumn,
  LATEST_AUTHOR_COLUMNS,
  LATEST_COMMITTER_COLUMNS,
  type SystemTable,
  signatureValues,
  textColumn,
} from "./system-table.ts";

export const doltBranches: SystemTable = {
  name: "dolt_branches",
  columns: [
    textColumn("name", { primaryKey: true }),
    textColumn("hash"),
    ...LATEST_COMMITTER_COLUMNS,
    textColumn("remote", { nullable: true }),
    textColumn("branch", { nullable: true }),
    flagColumn("dirty", { nullable: true }),
    ...LATEST_AUTHOR_COLUMNS,
  ],
  prepare: ({ store }) => store.checkpoint(),
  *rows({ store }) {
    const refs = store.refs();
    const upstreams = readSetting(store.chunks, refs, UPSTREAMS);
    for (const name of branchNames(refs)) {
      const branch = mustGetBranch(store.chunks, refs, name);
      const commit = readCommit(store.chunks, branch.commit);
      yield [
        name,
        hashToText(branch.commit),
        ...signatureValues(commit.committer),
        commit.message,
        upstreams[name]?.remote ?? "",
        upstreams[name]?.branch ?? "",
        isDirty(store.nodes, branch) ? 1 : 0,
        ...signatureValues(commit.author),
      ];
    }
  },
};
