/**
 * A remote or backup in an S3-compatible object store: `<prefix>/manifest` and `<prefix>/<name>.table`. No other service is
 * needed: the manifest is swapped by a conditional PUT (`If-None-Match: *`, `If-Match: etag`), and its version is the ETag.
 *
 * A store that ignores the conditions would lose updates without an error, so it is put to the test before the first swap,
 * and refused. Nothing is read from it for granted: sizes are checked here, contents by who reads chunks.
 */
import { systemRandom } from "../base/random.ts";
import { TABLE_FILE_SUFFIX } from "../chunks/table-index.ts";
import { RemoteError } from "./remote-error.ts";
import type { RemoteStore, RemoteTableFile, StoredManifest } from "./remote-store.ts";
import { withRetry } from "./retry.ts";
import type { S3Location } from "./s3-location.ts";
import type { PutCondition, S3Objects } from "./s3-objects.ts";

/** Below this size a file is sent without asking whether it is there: the question costs as much. */
const ASK_SIZE_MIN = 64 * 1024;

export interface S3RemoteStoreOptions {
  /** Called once, at the first use: opening a store neither loads the SDK nor talks to anybody. */
  connect(location: S3Location): Promise<S3Objects>;
  /** Buckets found to keep conditions; grows. Shared by stores, so that a server asks a bucket once. */
  readonly trusted?: Set<string>;
}

export class S3RemoteStore implements RemoteStore {
  readonly url: string;
  readonly #location: S3Location;
  readonly #options: S3RemoteStoreOptions;
  readonly #trusted: Set<string>;
  #objects: Promise<S3Objects> | undefined;
  #probe: Promise<void> | undefined;

  constructor(location: S3Location, options: S3RemoteStoreOptions) {
    this.url = location.url;
    this.#location = location;
    this.#options = options;
    this.#trusted = options.trusted ?? new Set();
  }

  async readManifest(): Promise<StoredManifest | undefined> {
    const objects = await this.#connect();
    const found = await objects.get(this.#key("manifest"));
    if (found === undefined) return undefined;
    if (found.etag === undefined) throw this.#unsafe("it gives no ETag");
    return { bytes: found.bytes, version: found.etag };
  }

  async swapManifest(bytes: Uint8Array, expected: string | undefined): Promise<string> {
    const objects = await this.#connect();
    await this.#probeOnce(objects);
    const condition: PutCondition = expected === undefined ? "absent" : { etag: expected };
    const etag = await objects.put(this.#key("manifest"), bytes, condition);
    if (etag === undefined) throw this.#unsafe("it gives no ETag");
    return etag;
  }

  async putTableFile(name: string, bytes: Uint8Array): Promise<void> {
    const objects = await this.#connect();
    const key = this.#key(name);
    if (bytes.length >= ASK_SIZE_MIN && (await objects.getSize(key)) === bytes.length) return;
    // Without a condition: who else puts this name puts these bytes.
    await objects.put(key, bytes, undefined);
  }

  async readTableFile(name: string, offset: number, size: number): Promise<Uint8Array> {
    const objects = await this.#connect();
    const bytes = await objects.getRange(this.#key(name), offset, Math.max(size, 1));
    if (bytes === undefined) {
      throw new RemoteError("not_found", this.url, `not found: ${name} at ${this.url}`);
    }
    if (bytes.length >= size) return bytes.subarray(0, size);
    throw new RemoteError(
      "corrupted",
      this.url,
      `file is cut short at byte ${offset + bytes.length}: ${name} at ${this.url}`,
    );
  }

  async listTableFiles(): Promise<readonly RemoteTableFile[]> {
    const objects = await this.#connect();
    return (await objects.list())
      .filter(({ key }) => key.endsWith(TABLE_FILE_SUFFIX))
      .map(({ key, ...rest }) => ({ name: key.slice(this.#location.prefix.length), ...rest }))
      .sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  async removeTableFile(name: string): Promise<void> {
    await (await this.#connect()).delete(this.#key(name));
  }

  async close(): Promise<void> {
    (await this.#objects)?.close();
  }

  #key(name: string): string {
    return this.#location.prefix + name;
  }

  #connect(): Promise<S3Objects> {
    this.#objects ??= this.#options.connect(this.#location);
    return this.#objects;
  }

  /** A failed probe is repeated by the next swap: the store may only have been out of reach. */
  async #probeOnce(objects: S3Objects): Promise<void> {
    const place = `${this.#location.endpoint ?? "aws"} ${this.#location.bucket}`;
    if (this.#trusted.has(place)) return;
    this.#probe ??= this.#probeConditions(objects).finally(() => {
      this.#probe = undefined;
    });
    await this.#probe;
    this.#trusted.add(place);
  }

  async #probeConditions(objects: S3Objects): Promise<void> {
    // A name of its own each time: others may be probing too. Each step may be repeated when its answer is lost.
    const key = this.#key(`probe-${Buffer.from(systemRandom.bytes(8)).toString("hex")}`);
    const put = (condition: PutCondition): Promise<string | undefined> =>
      withRetry(() => objects.put(key, Buffer.from("probe"), condition));
    try {
      if ((await put(undefined)) === undefined) throw this.#unsafe("it gives no ETag");
      if (!(await isRefused(put("absent")))) throw this.#unsafe("it ignores If-None-Match");
      const other = { etag: `"${"0".repeat(32)}"` };
      if (!(await isRefused(put(other)))) throw this.#unsafe("it ignores If-Match");
    } finally {
      await withRetry(() => objects.delete(key));
    }
  }

  #unsafe(why: string): RemoteError {
    const message =
      `${this.url} is refused: ${why} on PUT. A remote or backup needs an object store with conditional writes, ` +
      "or two writers at the same time would overwrite each other unnoticed";
    return new RemoteError("unsafe_store", this.url, message);
  }
}

async function isRefused(put: Promise<unknown>): Promise<boolean> {
  try {
    await put;
    return false;
  } catch (error) {
    if (error instanceof RemoteError && error.code === "precondition_failed") return true;
    throw error;
  }
}
