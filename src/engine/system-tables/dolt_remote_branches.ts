/** `dolt_remote_branches`: the branches of remotes as last fetched or pushed. */
import { hashToText } from "../../bytes/hash.ts";
import { readCommit } from "../../vcs/commit.ts";
import { REMOTES_PREFIX } from "../../vcs/refs.ts";
import { dateColumn, dateOfMs, type SystemTable, textColumn } from "./system-table.ts";

export const doltRemoteBranches: SystemTable = {
  name: "dolt_remote_branches",
  columns: [
    textColumn("name", { primaryKey: true }),
    textColumn("hash"),
    textColumn("latest_committer", { nullable: true }),
    textColumn("latest_committer_email", { nullable: true }),
    dateColumn("latest_commit_date", { nullable: true }),
    textColumn("latest_commit_message", { nullable: true }),
    textColumn("latest_author", { nullable: true }),
    textColumn("latest_author_email", { nullable: true }),
    dateColumn("latest_author_date", { nullable: true }),
  ],
  *rows({ store }) {
    for (const { name, address } of store.refs().list(REMOTES_PREFIX)) {
      const { committer, author, message } = readCommit(store.chunks, address);
      yield [
        name.replace(/^refs\//, ""),
        hashToText(address),
        committer.name,
        committer.email,
        dateOfMs(committer.dateMs),
        message,
        author.name,
        author.email,
        dateOfMs(author.dateMs),
      ];
    }
  },
};
