/**
 * The names of remotes and of backups. They are two registries over the same stores; one address may stand in only one
 * place, so that a push can never land in a backup. Nothing is contacted when an address is added.
 */
import { parseRemoteUrl } from "../../remotes/remote-url.ts";
import { REMOTES_PREFIX, type Refs } from "../../vcs/refs.ts";
import { VersionError } from "../../vcs/version-error.ts";
import type { Registry } from "../procedures/repository.ts";
import { BACKUPS, joinChanges, REMOTES, readSetting, UPSTREAMS, writeSetting } from "./settings.ts";
import type { VersionStore } from "./version-store.ts";

const NAME = /^[^\s./\\!@#$%^&*(){}[\],<>'"?=+|]{1,64}$/;

function checkName(kind: "remote" | "backup", name: string): void {
  if (!NAME.test(name)) {
    throw new VersionError(
      "invalid_ref_name",
      name,
      `${kind} name '${name}' is invalid: use letters, digits, - and _`,
    );
  }
}

/** Throws when a remote or backup has the address already. */
function mustBeFreeAddress(store: VersionStore, refs: Refs, url: string): void {
  for (const [kind, setting] of [
    ["remote", REMOTES],
    ["backup", BACKUPS],
  ] as const) {
    const taken = Object.entries(readSetting(store.chunks, refs, setting)).find(
      ([, entry]) => entry.url === url,
    );
    if (taken !== undefined) {
      throw new VersionError(
        "ref_exists",
        taken[0],
        `address conflict with a ${kind}: '${taken[0]}' -> ${url}`,
      );
    }
  }
}

/** The address of a remote. VersionError `ref_not_found`. */
export function mustGetRemote(store: VersionStore, refs: Refs, name: string): string {
  const entry = readSetting(store.chunks, refs, REMOTES)[name];
  if (entry === undefined)
    throw new VersionError("ref_not_found", name, `fatal: remote '${name}' not found.`);
  return entry.url;
}

/** The address of a backup. VersionError `ref_not_found`. */
export function mustGetBackup(store: VersionStore, refs: Refs, name: string): string {
  const entry = readSetting(store.chunks, refs, BACKUPS)[name];
  if (entry === undefined) throw new VersionError("ref_not_found", name, `backup '${name}' not found`);
  return entry.url;
}

export class RemoteRegistry implements Registry {
  readonly #store: VersionStore;
  readonly #schemes: readonly string[];

  constructor(store: VersionStore, schemes: readonly string[]) {
    this.#store = store;
    this.#schemes = schemes;
  }

  async add(name: string, url: string): Promise<void> {
    checkName("remote", name);
    const address = parseRemoteUrl(url, this.#schemes).url;
    const { chunks } = this.#store;
    await this.#store.updateRefs((refs) => {
      const all = readSetting(chunks, refs, REMOTES);
      if (all[name] !== undefined)
        throw new VersionError("ref_exists", name, `remote '${name}' already exists`);
      mustBeFreeAddress(this.#store, refs, address);
      const fetchSpecs = [`refs/heads/*:${REMOTES_PREFIX}${name}/*`];
      return new Map([writeSetting(chunks, REMOTES, { ...all, [name]: { url: address, fetchSpecs } })]);
    });
  }

  /** Forgets the remote, its tracking branches, and that branches followed it. */
  async remove(name: string): Promise<void> {
    const { chunks } = this.#store;
    await this.#store.updateRefs((refs) => {
      const { [name]: removed, ...others } = readSetting(chunks, refs, REMOTES);
      if (removed === undefined)
        throw new VersionError("ref_not_found", name, `error: unknown remote: '${name}'`);
      const followed = Object.entries(readSetting(chunks, refs, UPSTREAMS)).filter(
        ([, entry]) => entry.remote !== name,
      );
      return joinChanges(
        [
          writeSetting(chunks, REMOTES, others),
          writeSetting(chunks, UPSTREAMS, Object.fromEntries(followed)),
        ],
        refs.list(`${REMOTES_PREFIX}${name}/`).map((ref) => [ref.name, undefined] as const),
      );
    });
  }
}

export class BackupRegistry implements Registry {
  readonly #store: VersionStore;
  readonly #schemes: readonly string[];

  constructor(store: VersionStore, schemes: readonly string[]) {
    this.#store = store;
    this.#schemes = schemes;
  }

  async add(name: string, url: string): Promise<void> {
    checkName("backup", name);
    const address = parseRemoteUrl(url, this.#schemes).url;
    const { chunks } = this.#store;
    await this.#store.updateRefs((refs) => {
      const all = readSetting(chunks, refs, BACKUPS);
      if (all[name] !== undefined)
        throw new VersionError("ref_exists", name, `backup '${name}' already exists`);
      mustBeFreeAddress(this.#store, refs, address);
      return new Map([writeSetting(chunks, BACKUPS, { ...all, [name]: { url: address } })]);
    });
  }

  /** Forgets the entry; what is stored at the address stays. */
  async remove(name: string): Promise<void> {
    const { chunks } = this.#store;
    await this.#store.updateRefs((refs) => {
      const { [name]: removed, ...others } = readSetting(chunks, refs, BACKUPS);
      if (removed === undefined) throw new VersionError("ref_not_found", name, `backup '${name}' not found`);
      return new Map([writeSetting(chunks, BACKUPS, others)]);
    });
  }
}
