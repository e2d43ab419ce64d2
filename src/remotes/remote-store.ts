/**
 * The seam between us and wherever a remote or backup lives. A store holds immutable table files, named by their
 * content, and one manifest that is replaced by compare-and-swap: a reader sees the old state or the new one.
 *
 * Every method throws RemoteError. Methods that read or put may be repeated; {@link RemoteStore.swapManifest} may not: when
 * its answer is lost the outcome is unknown, and is settled by reading the manifest again (its nonce tells).
 */

export interface RemoteTableFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** Milliseconds since 1970, by the store's clock. */
  readonly modifiedMs: number;
}

export interface StoredManifest {
  readonly bytes: Uint8Array;
  /** Names this very version of the manifest (a hash, an ETag …). */
  readonly version: string;
}

export interface RemoteStore {
  /** In its normal form, without secrets. */
  readonly url: string;
  /** `undefined` when there is none, also when the place itself does not exist yet. Creates nothing. */
  readManifest(): Promise<StoredManifest | undefined>;
  /**
   * Makes `bytes` the manifest if its version still is `expected` (`undefined`: if there is none), durably, and
   * returns the new version. Throws `precondition_failed` otherwise, and changes nothing.
   */
  swapManifest(bytes: Uint8Array, expected: string | undefined): Promise<string>;
  /** Stores a file, durably; when one of that name is there already it is the same, and nothing is sent. */
  putTableFile(name: string, bytes: Uint8Array): Promise<void>;
  /** Exactly `size` bytes from `offset` on. `not_found` when there is no such file, `corrupted` when it is shorter. */
  readTableFile(name: string, offset: number, size: number): Promise<Uint8Array>;
  /** All table files, named by the manifest or not, sorted by name. Empty when the place does not exist. */
  listTableFiles(): Promise<readonly RemoteTableFile[]>;
  /** Does nothing when it is not there. */
  removeTableFile(name: string): Promise<void>;
  close(): Promise<void>;
}
