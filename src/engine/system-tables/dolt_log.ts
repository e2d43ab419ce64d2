/** `dolt_log`: the commits reachable from HEAD, newest first, read one by one. */
import { type Hash, hashToText } from "../../bytes/hash.ts";
import { walkCommits } from "../../vcs/commit-graph.ts";
import { HEADS_PREFIX, REMOTES_PREFIX, type Refs, TAGS_PREFIX } from "../../vcs/refs.ts";
import { readTag } from "../../vcs/tag.ts";
import type { VersionStore } from "../version-control/version-store.ts";
import { dateColumn, integerColumn, type SystemTable, signatureValues, textColumn } from "./system-table.ts";

/** Commit → the names that point at it, as `git log --decorate` writes them. */
function decorations(store: VersionStore, refs: Refs, branch: string | undefined): ReadonlyMap<Hash, string> {
  const names = new Map<Hash, string[]>();
  const add = (commit: Hash, name: string): void => {
    const known = names.get(commit);
    if (known === undefined) names.set(commit, [name]);
    else known.push(name);
  };
  for (const { name, address } of refs.list(HEADS_PREFIX)) {
    const short = name.slice(HEADS_PREFIX.length);
    add(address, short === branch ? `HEAD -> ${short}` : short);
  }
  for (const { name, address } of refs.list(REMOTES_PREFIX)) add(address, name.slice(REMOTES_PREFIX.length));
  for (const { name, address } of refs.list(TAGS_PREFIX)) {
    add(readTag(store.chunks, address).commit, `tag: ${name.slice(TAGS_PREFIX.length)}`);
  }
  return new Map([...names].map(([commit, list]) => [commit, list.join(", ")]));
}

export const doltLog: SystemTable = {
  name: "dolt_log",
  columns: [
    textColumn("commit_hash", { primaryKey: true }),
    textColumn("committer"),
    textColumn("email"),
    dateColumn("date"),
    textColumn("message"),
    integerColumn("commit_order", { size: "bigint", unsigned: true }),
    textColumn("parents", { nullable: true }),
    textColumn("refs", { nullable: true }),
    textColumn("signature", { nullable: true }),
    textColumn("author"),
    textColumn("author_email"),
    dateColumn("author_date"),
  ],
  *rows({ store, head, branch }) {
    const refs = store.refs();
    const names = decorations(store, refs, branch);
    for (const { hash, commit } of walkCommits(store.chunks, [head])) {
      yield [
        hashToText(hash),
        ...signatureValues(commit.committer),
        commit.message,
        commit.height,
        commit.parents.map(hashToText).join(", "),
        names.get(hash) ?? "",
        "",
        ...signatureValues(commit.author),
      ];
    }
  },
};
