/**
 * The names of remotes and of backups. They are two registries over the same stores; one address may stand in only one
 * place, so that a push can never land in a backup. Nothing is contacted when an address is added.
 */
import { defaultFetchSpec } from "../../remotes/refspec.ts";
import { parseRemoteUrl } from "../../remotes/remote-url.ts";
import { type Json, REMOTES_PREFIX, type RefChanges, type Refs } from "../../vcs/refs.ts";
import { VersionError } from "../../vcs/version-error.ts";
import type { Registry } from "../procedures/repository.ts";
import {
  BACKUPS,
  type BackupEntry,
  joinChanges,
  REMOTES,
  type RemoteEntry,
  readSetting,
  type Setting,
  UPSTREAMS,
  writeSetting,
} from "./settings.ts";
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

/** Adds and removes the entries of one of the two registries. */
abstract class AddressRegistry<Entry extends { readonly url: string } & { readonly [key: string]: Json }>
  implements Registry
{
  protected readonly store: VersionStore;
  readonly #schemes: readonly string[];
  readonly #setting: Setting<Readonly<Record<string, Entry>>>;

  constructor(
    store: VersionStore,
    schemes: readonly string[],
    setting: Setting<Readonly<Record<string, Entry>>>,
  ) {
    this.store = store;
    this.#schemes = schemes;
    this.#setting = setting;
  }

  protected abstract readonly kind: "remote" | "backup";
  protected abstract entry(name: string, url: string): Entry;
  protected abstract unknown(name: string): VersionError;
  /** What else changes when an entry goes. */
  protected abstract forget(refs: Refs, name: string): RefChanges;

  async add(name: string, url: string): Promise<void> {
    checkName(this.kind, name);
    const address = parseRemoteUrl(url, this.#schemes).url;
    const { chunks } = this.store;
    await this.store.updateRefs((refs) => {
      const all = readSetting(chunks, refs, this.#setting);
      if (all[name] !== undefined)
        throw new VersionError("ref_exists", name, `${this.kind} '${name}' already exists`);
      mustBeFreeAddress(this.store, refs, address);
      return new Map([writeSetting(chunks, this.#setting, { ...all, [name]: this.entry(name, address) })]);
    });
  }

  async remove(name: string): Promise<void> {
    const { chunks } = this.store;
    await this.store.updateRefs((refs) => {
      const { [name]: removed, ...others } = readSetting(chunks, refs, this.#setting);
      if (removed === undefined) throw this.unknown(name);
      return joinChanges([writeSetting(chunks, this.#setting, others)], this.forget(refs, name));
    });
  }
}

export class RemoteRegistry extends AddressRegistry<RemoteEntry> {
  protected readonly kind = "remote";

  constructor(store: VersionStore, schemes: readonly string[]) {
    super(store, schemes, REMOTES);
  }

  protected entry(name: string, url: string): RemoteEntry {
    return { url, fetchSpecs: [defaultFetchSpec(name)] };
  }

  protected unknown(name: string): VersionError {
    return new VersionError("ref_not_found", name, `error: unknown remote: '${name}'`);
  }

  /** Its tracking branches go, and branches that followed it follow nothing. */
  protected forget(refs: Refs, name: string): RefChanges {
    const { chunks } = this.store;
    const followed = Object.entries(readSetting(chunks, refs, UPSTREAMS)).filter(
      ([, entry]) => entry.remote !== name,
    );
    return joinChanges(
      [writeSetting(chunks, UPSTREAMS, Object.fromEntries(followed))],
      refs.list(`${REMOTES_PREFIX}${name}/`).map((ref) => [ref.name, undefined] as const),
    );
  }
}

/** What is stored at a removed backup's address stays. */
export class BackupRegistry extends AddressRegistry<BackupEntry> {
  protected readonly kind = "backup";

  constructor(store: VersionStore, schemes: readonly string[]) {
    super(store, schemes, BACKUPS);
  }

  protected entry(_name: string, url: string): BackupEntry {
    return { url };
  }

  protected unknown(name: string): VersionError {
    return new VersionError("ref_not_found", name, `backup '${name}' not found`);
  }

  protected forget(): RefChanges {
    return new Map();
  }
}
