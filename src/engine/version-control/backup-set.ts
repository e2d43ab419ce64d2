/** The backups of a database: adding, removing, syncing. */
import { syncBackup } from "../../backup/sync-backup.ts";
import { parseRemoteUrl } from "../../remotes/remote-url.ts";
import type { TransferProgress } from "../../remotes/transfer-progress.ts";
import type { Backups, SyncOptions, TransferResult } from "../procedures/repository.ts";
import { BackupRegistry, mustGetBackup } from "./registries.ts";
import { describeTransfer, type RemoteOpener } from "./remote-opener.ts";
import type { TransferGate } from "./transfer-gate.ts";
import type { VersionStore } from "./version-store.ts";

export interface BackupSetOptions {
  readonly store: VersionStore;
  readonly opener: RemoteOpener;
  readonly gate: TransferGate;
  readonly onProgress: (progress: TransferProgress) => void;
}

export class BackupSet implements Backups {
  readonly #options: BackupSetOptions;
  readonly #registry: BackupRegistry;

  constructor(options: BackupSetOptions) {
    this.#options = options;
    this.#registry = new BackupRegistry(options.store, options.opener.schemes);
  }

  add(name: string, url: string): Promise<void> {
    return this.#registry.add(name, url);
  }

  remove(name: string): Promise<void> {
    return this.#registry.remove(name);
  }

  async sync(name: string, options: SyncOptions): Promise<TransferResult> {
    const { store } = this.#options;
    return this.#sync(mustGetBackup(store, store.refs(), name), options);
  }

  async syncUrl(url: string, options: SyncOptions): Promise<TransferResult> {
    return this.#sync(parseRemoteUrl(url, this.#options.opener.schemes).url, options);
  }

  async #sync(url: string, { force, signal }: SyncOptions): Promise<TransferResult> {
    const { store, opener, gate, onProgress } = this.#options;
    const destination = opener.open(url, signal);
    try {
      return await gate.transfer(async () => {
        // The backup shows exactly what SQL has committed, no more and no less.
        await store.checkpoint();
        const { changed, sent } = await syncBackup({
          chunks: store.chunks,
          refs: store.refs(),
          databaseId: store.databaseId,
          destination,
          pack: store.packChunks,
          force,
          signal,
          onProgress,
        });
        const message = changed
          ? `backed up to ${url}: ${describeTransfer(sent)}`
          : `backup at ${url} is up to date`;
        return { message, chunkCount: sent.chunkCount, sizeBytes: sent.transferredBytes };
      });
    } finally {
      await destination.close();
    }
  }
}
