/** The dolt_ system tables by name. */
import { doltBackups } from "./dolt_backups.ts";
import { doltBranches } from "./dolt_branches.ts";
import { doltCommitAncestors } from "./dolt_commit_ancestors.ts";
import { doltCommits } from "./dolt_commits.ts";
import { doltLog } from "./dolt_log.ts";
import { doltRemoteBranches } from "./dolt_remote_branches.ts";
import { doltRemotes } from "./dolt_remotes.ts";
import { doltStatus } from "./dolt_status.ts";
import { doltTags } from "./dolt_tags.ts";
import type { SystemTable } from "./system-table.ts";

const TABLES: readonly SystemTable[] = [
  doltBackups,
  doltBranches,
  doltCommitAncestors,
  doltCommits,
  doltLog,
  doltRemoteBranches,
  doltRemotes,
  doltStatus,
  doltTags,
];

const BY_NAME: ReadonlyMap<string, SystemTable> = new Map(TABLES.map((table) => [table.name, table]));

/** Names are case-insensitive. Undefined when there is no such system table. */
export function getSystemTable(name: string): SystemTable | undefined {
  return BY_NAME.get(name.toLowerCase());
}
