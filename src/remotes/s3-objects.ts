/**
 * The objects of one bucket through the AWS SDK. One call is one request (a listing: one per page): repeating is left to
 * retry.ts, because after a lost answer the SDK would repeat a conditional PUT that had succeeded and report a conflict.
 * Errors are RemoteErrors; once the signal is aborted or after {@link S3Objects.close}, the signal's reason.
 */
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { RemoteError } from "./remote-error.ts";
import { toRemoteError } from "./s3-errors.ts";
import type { S3Location } from "./s3-location.ts";

// The SDK would print a warning that its versions to come need a newer Node; ours is pinned to one that does not.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";

const CONNECTION_TIMEOUT_MS = 10_000;
/** For the whole of a request; a table file of 16 MB goes over a line of 2 Mbit/s in it. */
const REQUEST_TIMEOUT_MS = 120_000;

export interface S3Object {
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** `absent`: only if there is no such object; `{ etag }`: only if it is this version. */
export type PutCondition = "absent" | { readonly etag: string } | undefined;

export interface ReadObject {
  readonly bytes: Uint8Array;
  readonly etag: string | undefined;
}

export class S3Objects {
  readonly #location: S3Location;
  readonly #client: S3Client;
  readonly #closing = new AbortController();
  readonly #signal: AbortSignal;

  constructor(location: S3Location, signal?: AbortSignal) {
    this.#location = location;
    this.#signal =
      signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
    const region = location.region ?? defaultRegion(location);
    this.#client = new S3Client({
      ...(region === undefined ? {} : { region }),
      ...(location.endpoint === undefined ? {} : { endpoint: location.endpoint }),
      forcePathStyle: location.pathStyle,
      maxAttempts: 1,
      // Bodies are protected by the signature, and every chunk by its own checksum. The SDK's additional checksums are not
      // known to all S3-compatible stores; some send that of the whole object with a part of it.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
      requestHandler: {
        connectionTimeout: CONNECTION_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        throwOnRequestTimeout: true,
      },
    });
  }

  /** `undefined` when there is no such object. */
  async get(key: string): Promise<ReadObject | undefined> {
    return this.#optional(async (request) => {
      const answer = await this.#client.send(new GetObjectCommand({ ...this.#at(key) }), request);
      return { bytes: await bodyOf(answer), etag: answer.ETag };
    });
  }

  /** At most `size` bytes from `offset` on, fewer when the object ends before. `size` > 0. */
  async getRange(key: string, offset: number, size: number): Promise<Uint8Array | undefined> {
    return this.#optional(async (request) => {
      const Range = `bytes=${offset}-${offset + size - 1}`;
      try {
        const answer = await this.#client.send(new GetObjectCommand({ ...this.#at(key), Range }), request);
        const bytes = await bodyOf(answer);
        // A store that knows no ranges sends everything.
        return answer.ContentRange === undefined ? bytes.subarray(offset, offset + size) : bytes;
      } catch (error) {
        if (statusOf(error) === 416) return new Uint8Array(0);
        throw error;
      }
    });
  }

  async getSize(key: string): Promise<number | undefined> {
    return this.#optional(async (request) => {
      const answer = await this.#client.send(new HeadObjectCommand(this.#at(key)), request);
      return answer.ContentLength;
    });
  }

  /**
   * Durable when it resolves; to the ETag. `precondition_failed` when the condition does not hold, or a concurrent request
   * for the same key makes the store undecided.
   */
  async put(key: string, bytes: Uint8Array, condition: PutCondition): Promise<string | undefined> {
    return this.#run(async (request) => {
      const header =
        condition === undefined
          ? {}
          : condition === "absent"
            ? { IfNoneMatch: "*" }
            : { IfMatch: condition.etag };
      const command = new PutObjectCommand({ ...this.#at(key), Body: bytes, ...header });
      try {
        return (await this.#client.send(command, request)).ETag;
      } catch (error) {
        // The version to be replaced is gone; or two conditional writes met.
        const status = statusOf(error);
        const isMissing = status === 404 && !(error instanceof Error && error.name === "NoSuchBucket");
        if (condition !== undefined && (isMissing || status === 409)) {
          const { url } = this.#location;
          throw new RemoteError("precondition_failed", url, `${url} was changed by another writer`);
        }
        throw error;
      }
    });
  }

  /** Does nothing when there is no such object. */
  async delete(key: string): Promise<void> {
    await this.#optional((request) => this.#client.send(new DeleteObjectCommand(this.#at(key)), request));
  }

  /** The objects directly below the prefix; those below a further slash are not looked at. */
  async list(): Promise<readonly S3Object[]> {
    const { bucket, prefix } = this.#location;
    const found: S3Object[] = [];
    let token: string | undefined;
    do {
      const page = await this.#run((request) =>
        this.#client.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix,
            Delimiter: "/",
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
          request,
        ),
      );
      for (const { Key, Size, LastModified } of page.Contents ?? []) {
        if (Key === undefined) continue;
        found.push({ key: Key, sizeBytes: Size ?? 0, modifiedMs: LastModified?.getTime() ?? 0 });
      }
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
    return found;
  }

  /** Requests under way are given up. */
  close(): void {
    const { url } = this.#location;
    this.#closing.abort(new RemoteError("failed", url, `${url} is closed`));
    this.#client.destroy();
  }

  #at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#location.bucket, Key: key };
  }

  async #optional<Result>(send: (request: Request) => Promise<Result>): Promise<Result | undefined> {
    return this.#run(async (request) => {
      try {
        return await send(request);
      } catch (error) {
        // The answer to a HEAD has no body, so its error has a general name.
        if (error instanceof Error && (error.name === "NoSuchKey" || error.name === "NotFound"))
          return undefined;
        throw error;
      }
    });
  }

  async #run<Result>(send: (request: Request) => Promise<Result>): Promise<Result> {
    this.#signal.throwIfAborted();
    try {
      return await send({ abortSignal: this.#signal });
    } catch (error) {
      this.#signal.throwIfAborted();
      throw toRemoteError(error, this.#location);
    }
  }
}

interface Request {
  readonly abortSignal: AbortSignal;
}

/**
 * S3-compatible stores rarely have regions, but signatures need one. For AWS itself the SDK looks it up, also in the profile.
 */
function defaultRegion({ endpoint }: S3Location): string | undefined {
  if (endpoint === undefined) return undefined;
  return process.env["AWS_REGION"] ?? process.env["AWS_DEFAULT_REGION"] ?? "us-east-1";
}

async function bodyOf({ Body, ContentLength }: GetObjectCommandOutput): Promise<Uint8Array> {
  const bytes = Body === undefined ? new Uint8Array(0) : await Body.transformToByteArray();
  if (ContentLength !== undefined && bytes.length !== ContentLength) {
    throw Object.assign(new Error("the answer was cut short"), { code: "ERR_STREAM_PREMATURE_CLOSE" });
  }
  return bytes;
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("$metadata" in error)) return undefined;
  const metadata = error.$metadata as { readonly httpStatusCode?: number };
  return metadata.httpStatusCode;
}
