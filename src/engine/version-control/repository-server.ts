/** Making databases from elsewhere: clone and restore. Both are prepared beside the others and installed when whole. */
import { restoreInto } from "../../backup/restore-backup.ts";
import { cloneInto } from "../../remotes/clone.ts";
import { defaultFetchSpec } from "../../remotes/refspec.ts";
import type { RemoteStore } from "../../remotes/remote-store.ts";
import { parseRemoteUrl } from "../../remotes/remote-url.ts";
import type { TransferProgress } from "../../remotes/transfer-progress.ts";
import { SqlError, sqlError } from "../../values/sql-error.ts";
import type { CairnEngine } from "../cairn-engine.ts";
import type { TransferResult } from "../procedures/repository.ts";
import type { CloneOptions, RepositoryServer } from "../procedures/session.ts";
import { describeTransfer, type RemoteOpener } from "./remote-opener.ts";
import { joinChanges, REMOTES, UPSTREAMS, writeSetting } from "./settings.ts";

export interface EngineRepositoryServerOptions {
  readonly engine: CairnEngine;
  readonly opener: RemoteOpener;
  readonly onProgress: (progress: TransferProgress) => void;
}

export class EngineRepositoryServer implements RepositoryServer {
  readonly #options: EngineRepositoryServerOptions;

  constructor(options: EngineRepositoryServerOptions) {
    this.#options = options;
  }

  async clone(url: string, options: CloneOptions): Promise<TransferResult> {
    const { engine, onProgress } = this.#options;
    const address = parseRemoteUrl(url, this.#options.opener.schemes).url;
    const name = options.name ?? nameFromUrl(address);
    if (engine.hasDatabase(name)) throw sqlError("ER_DB_CREATE_EXISTS", name);
    const { remote } = options;
    return this.#withStore(address, options.signal, async (source) => {
      let branch = "";
      let received = NOTHING_RECEIVED;
      await engine.installDatabase(name, async (folder) => {
        const cloned = await cloneInto({
          source,
          remoteName: remote,
          files: engine.services.files,
          folder,
          signal: options.signal,
          onProgress,
          ...(options.branch === undefined ? {} : { branch: options.branch }),
        });
        branch = cloned.branch;
        received = cloned.received;
      });
      const store = engine.versionStore(name);
      await store.updateRefs(() =>
        joinChanges([
          writeSetting(store.chunks, REMOTES, {
            [remote]: { url: address, fetchSpecs: [defaultFetchSpec(remote)] },
          }),
          writeSetting(store.chunks, UPSTREAMS, { [branch]: { remote, branch } }),
        ]),
      );
      return resultOf(`cloned ${address} into '${name}'`, received);
    });
  }

  async restore(
    url: string,
    name: string,
    { force, signal }: { readonly force: boolean; readonly signal: AbortSignal },
  ): Promise<TransferResult> {
    const { engine, onProgress } = this.#options;
    const address = parseRemoteUrl(url, this.#options.opener.schemes).url;
    if (engine.hasDatabase(name) && !force) {
      throw new SqlError(
        "ER_DB_CREATE_EXISTS",
        `database '${name}' already exists, use '--force' to overwrite`,
      );
    }
    return this.#withStore(address, signal, async (source) => {
      let received = NOTHING_RECEIVED;
      await engine.installDatabase(
        name,
        async (folder) => {
          const { files } = engine.services;
          received = (await restoreInto({ source, files, folder, signal, onProgress })).received;
        },
        { replace: force },
      );
      return resultOf(`restored ${address} to '${name}'`, received);
    });
  }

  async #withStore<T>(
    address: string,
    signal: AbortSignal,
    work: (source: RemoteStore) => Promise<T>,
  ): Promise<T> {
    const source = this.#options.opener.open(address, signal);
    try {
      return await work(source);
    } finally {
      await source.close();
    }
  }
}

const NOTHING_RECEIVED: TransferProgress = { chunkCount: 0, chunkBytes: 0, transferredBytes: 0 };

function resultOf(done: string, received: TransferProgress): TransferResult {
  return {
    message: `${done}: ${describeTransfer(received)}`,
    chunkCount: received.chunkCount,
    sizeBytes: received.transferredBytes,
  };
}

/** The name of a clone that is given none: the last part of the address's path. 1210 when there is none. */
export function nameFromUrl(url: string): string {
  const path = URL.canParse(url) ? new URL(url).pathname : "";
  const [last = ""] = decodeURIComponent(path)
    .split("/")
    .filter((part) => part !== "")
    .slice(-1);
  if (last === "")
    throw new SqlError("ER_WRONG_ARGUMENTS", `'${url}' does not tell a database name; give one`);
  return last;
}
