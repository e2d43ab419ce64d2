/** `dolt_remote_branches`: the branches of remotes as last fetched or pushed. */
import { hashToText } from "../../bytes/hash.ts";
import { readCommit } from "../../vcs/commit.ts";
import { REMOTES_PREFIX } from "../../vcs/refs.ts";
import {
  LATEST_AUTHOR_COLUMNS,
  LATEST_COMMITTER_COLUMNS,
  type SystemTable,
  signatureValues,
  textColumn,
} from "./system-table.ts";

export const doltRemoteBranches: SystemTable = {
  name: "dolt_remote_branches",
  columns: [
    textColumn("name", { primaryKey: true }),
    textColumn("hash"),
    ...LATEST_COMMITTER_COLUMNS,
    ...LATEST_AUTHOR_COLUMNS,
  ],
  *rows({ store }) {
    for (const { name, address } of store.refs().list(REMOTES_PREFIX)) {
      const { committer, author, message } = readCommit(store.chunks, address);
      yield [
        name.replace(/^refs\//, ""),
        hashToText(address),
        ...signatureValues(committer),
        message,
        ...signatureValues(author),
      ];
    }
  },
};
