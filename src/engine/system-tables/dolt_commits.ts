/** `dolt_commits`: every commit that any branch, tag or remote-tracking branch reaches. */
import { type Hash, hashToText } from "../../bytes/hash.ts";
import { walkCommits } from "../../vcs/commit-graph.ts";
import { HEADS_PREFIX, REMOTES_PREFIX, TAGS_PREFIX } from "../../vcs/refs.ts";
import { readTag } from "../../vcs/tag.ts";
import type { VersionStore } from "../version-control/version-store.ts";
import { dateColumn, type SystemTable, signatureValues, textColumn } from "./system-table.ts";

/** The commits that refs point at. */
export function headCommits(store: VersionStore): readonly Hash[] {
  const refs = store.refs();
  return [
    ...refs.list(HEADS_PREFIX).map((ref) => ref.address),
    ...refs.list(REMOTES_PREFIX).map((ref) => ref.address),
    ...refs.list(TAGS_PREFIX).map((ref) => readTag(store.chunks, ref.address).commit),
  ];
}

export const doltCommits: SystemTable = {
  name: "dolt_commits",
  columns: [
    textColumn("commit_hash", { primaryKey: true }),
    textColumn("committer"),
    textColumn("email"),
    dateColumn("date"),
    textColumn("message"),
    textColumn("author"),
    textColumn("author_email"),
    dateColumn("author_date"),
  ],
  *rows({ store }) {
    for (const { hash, commit } of walkCommits(store.chunks, headCommits(store))) {
      yield [
        hashToText(hash),
        ...signatureValues(commit.committer),
        commit.message,
        ...signatureValues(commit.author),
      ];
    }
  },
};
