/**
 * Accounts on disk: one small file, replaced as a whole, and a copy of it. The first line is
 * `cairn-accounts 1 <SHA-256 of the rest>`, the rest is JSON. A damaged or lost file is read from its copy; when both are
 * damaged that is an error: opening must not fall back to a server without passwords.
 *
 * The copy is written first. So the file is never newer than what a crash or a full disk left of the copy, and while it is
 * whole it alone counts.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { FileSystem } from "../../io/file-system.ts";
import { StorageError } from "../../io/storage-error.ts";
import { writeFileAtomically } from "../../io/write-atomically.ts";
import type { Account, Grant, GrantTarget } from "./account.ts";

const FILE_NAME = "accounts";
const COPY_NAME = "accounts.copy";
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

export interface StoredAccounts {
  readonly accounts: readonly Account[];
  /** What is wrong with the file or its copy, when one of them is to be written again. */
  readonly damage: StorageError | undefined;
}

/** Undefined when there are none yet: neither the file nor its copy. Throws when neither can be read. */
export function readStoredAccounts(files: FileSystem, folder: string): StoredAccounts | undefined {
  const path = join(folder, FILE_NAME);
  const copyPath = join(folder, COPY_NAME);
  if (files.status(path) === undefined && files.status(copyPath) === undefined) return undefined;
  const file = readOrNoteDamage(files, path);
  const copy = readOrNoteDamage(files, copyPath);
  if (!(file instanceof StorageError)) {
    const same = !(copy instanceof StorageError) && copy.text === file.text;
    const stale = new StorageError("checksum_mismatch", "not what the accounts are", { path: copyPath });
    return { accounts: decode(file), damage: same ? undefined : copy instanceof StorageError ? copy : stale };
  }
  if (!(copy instanceof StorageError)) return { accounts: decode(copy), damage: file };
  throw new StorageError(
    file.code,
    `the accounts cannot be read, and without them nobody may log in (${file.message}; ${copy.message}). Put one of the two ` +
      "files back from a backup; or move both away: the next start then makes root@localhost, without a password, which " +
      "can log in from this machine only",
    { cause: file },
  );
}

/** Durable when it resolves. */
export async function writeStoredAccounts(
  files: FileSystem,
  folder: string,
  accounts: readonly Account[],
): Promise<void> {
  const body = JSON.stringify(accounts.map(toStored), undefined, 1);
  const text = `${MAGIC} ${VERSION} ${digestOf(body)}\n${body}`;
  for (const name of [COPY_NAME, FILE_NAME]) {
    await writeFileAtomically(files, join(folder, name), Buffer.from(text, "utf8"));
  }
}

interface CheckedFile {
  readonly text: string;
  readonly bodyStart: number;
}

function readOrNoteDamage(files: FileSystem, path: string): CheckedFile | StorageError {
  try {
    return readChecked(files, path);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return error;
  }
}

function readChecked(files: FileSystem, path: string): CheckedFile {
  const text = Buffer.from(files.readFile(path)).toString("utf8");
  const bodyStart = text.indexOf("\n") + 1;
  const [magic, version, digest] = text.slice(0, Math.max(bodyStart - 1, 0)).split(" ");
  if (magic !== MAGIC) throw new StorageError("bad_format", "not a file of accounts", { path, offset: 0 });
  if (version !== VERSION) {
    const offset = MAGIC.length + 1;
    throw new StorageError("unknown_version", `accounts of version ${version}`, { path, offset });
  }
  if (digestOf(text.slice(bodyStart)) !== digest)
    throw new StorageError("checksum_mismatch", "damaged accounts", { path, offset: bodyStart });
  return { text, bodyStart };
}

/** The checksum says that this is what {@link writeStoredAccounts} wrote. */
function decode({ text, bodyStart }: CheckedFile): readonly Account[] {
  return (JSON.parse(text.slice(bodyStart)) as readonly StoredAccount[]).map(fromStored);
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
