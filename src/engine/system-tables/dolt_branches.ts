/** `dolt_branches`: every local branch, its last commit, what it follows, and whether it has uncommitted changes. */
import { hashToText } from "../../bytes/hash.ts";
import { branchNames, mustGetBranch } from "../../vcs/branch.ts";
import { readCommit } from "../../vcs/commit.ts";
import { isDirty } from "../../vcs/status.ts";
import { readSetting, UPSTREAMS } from "../version-control/settings.ts";
import { dateColumn, dateOfMs, flagColumn, type SystemTable, textColumn } from "./system-table.ts";

export const doltBranches: SystemTable = {
  name: "dolt_branches",
  columns: [
    textColumn("name", { primaryKey: true }),
    textColumn("hash"),
    textColumn("latest_committer", { nullable: true }),
    textColumn("latest_committer_email", { nullable: true }),
    dateColumn("latest_commit_date", { nullable: true }),
    textColumn("latest_commit_message", { nullable: true }),
    textColumn("remote", { nullable: true }),
    textColumn("branch", { nullable: true }),
    flagColumn("dirty", { nullable: true }),
    textColumn("latest_author", { nullable: true }),
    textColumn("latest_author_email", { nullable: true }),
    dateColumn("latest_author_date", { nullable: true }),
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
        commit.committer.name,
        commit.committer.email,
        dateOfMs(commit.committer.dateMs),
        commit.message,
        upstreams[name]?.remote ?? "",
        upstreams[name]?.branch ?? "",
        isDirty(store.nodes, branch) ? 1 : 0,
        commit.author.name,
        commit.author.email,
        dateOfMs(commit.author.dateMs),
      ];
    }
  },
};
