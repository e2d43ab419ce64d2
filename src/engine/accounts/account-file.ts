/**
 * Accounts on disk: one small file, replaced as a whole. The first line is `cairn-accounts 1 <SHA-256 of the rest>`, the
 * rest is JSON. A damaged file is an error: opening must not fall back to a server without passwords.
 */
import { createHash } from "node:crypto";
import type { FileSystem } from "../../io/file-system.ts";
import { StorageError } from "../../io/storage-error.ts";
import { writeFileAtomically } from "../../io/write-atomically.ts";
import type { Account, Grant, GrantTarget } from "./account.ts";

const MAGIC = "cairn-accounts";
const VERSION = "1";

interface StoredGrant {
  readonly target: GrantTarget;
  readonly privileges: readonly string[];
  readonly columns: Readonly<Record<string, readonly string[]>>;
  readonly grantOption: boolean;
}
type StoredAccount = Omit<Account, "globalPrivileges" | "grants" | "comment" | "attributes"> & {
  readonly comment?: string;
  readonly attributes?: string;
  readonly globalPrivileges: readonly string[];
  readonly grants: readonly StoredGrant[];
};

/** Undefined when there is no file yet. */
export function readAccountFile(files: FileSystem, path: string): readonly Account[] | undefined {
  if (files.status(path) === undefined) return undefined;
  const text = Buffer.from(files.readFile(path)).toString("utf8");
  const headerEnd = text.indexOf("\n");
  const [magic, version, digest] = text.slice(0, headerEnd).split(" ");
  if (magic !== MAGIC) throw new StorageError("bad_format", "not a file of accounts", { path });
  if (version !== VERSION)
    throw new StorageError("unknown_version", `accounts of version ${version}`, { path });
  const body = text.slice(headerEnd + 1);
  if (digestOf(body) !== digest)
    throw new StorageError("checksum_mismatch", "the accounts are damaged", { path });
  // The checksum says that this is what writeAccountFile wrote.
  return (JSON.parse(body) as readonly StoredAccount[]).map(fromStored);
}

/** Durable when it resolves. */
export async function writeAccountFile(
  files: FileSystem,
  path: string,
  accounts: readonly Account[],
): Promise<void> {
  const body = JSON.stringify(accounts.map(toStored), undefined, 1);
  const text = `${MAGIC} ${VERSION} ${digestOf(body)}\n${body}`;
  await writeFileAtomically(files, path, Buffer.from(text, "utf8"));
}

function digestOf(body: string): string {
  return createHash("sha256").update(body, "utf8").digest("hex");
}

function toStored(account: Account): StoredAccount {
  const { comment, attributes, ...rest } = account;
  return {
    ...rest,
    ...(comment === undefined ? {} : { comment }),
    ...(attributes === undefined ? {} : { attributes }),
    globalPrivileges: [...account.globalPrivileges],
    grants: account.grants.map((grant) => ({
      target: grant.target,
      privileges: [...grant.privileges],
      columns: Object.fromEntries(grant.columns),
      grantOption: grant.grantOption,
    })),
  };
}

function fromStored(stored: StoredAccount): Account {
  return {
    ...stored,
    comment: stored.comment,
    attributes: stored.attributes,
    globalPrivileges: new Set(stored.globalPrivileges),
    grants: stored.grants.map(
      (grant): Grant => ({
        target: grant.target,
        privileges: new Set(grant.privileges),
        columns: new Map(Object.entries(grant.columns)),
        grantOption: grant.grantOption,
      }),
    ),
  };
}
