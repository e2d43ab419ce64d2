/**
 * An S3 server in this process, as far as remotes use S3: objects in memory, path-style requests, SigV4 signatures checked
 * in full, conditional PUT decided in the same turn as it takes effect, ranges, ListObjectsV2 with pages. It also fails
 * in the ways that real ones do, when told to. What it does not know it answers with 501.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export const ACCESS_KEY_ID = "test-key";
export const SECRET_ACCESS_KEY = "test-secret";

export interface S3Request {
  readonly method: string;
  /** Empty for requests about the bucket. */
  readonly key: string;
  readonly headers: IncomingMessage["headers"];
}

export type S3Fault =
  /** The connection breaks and nothing was done. */
  | "drop_before"
  /** The connection breaks after it was done. */
  | "drop_after"
  /** The connection breaks in the middle of the answer's body. */
  | "drop_body"
  /** No answer ever. */
  | "hang"
  | "slow_down"
  | "conflict"
  | "redirect"
  | "full";

interface StoredObject {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly modified: Date;
}

interface ErrorAnswer {
  readonly status: number;
  readonly code: string;
}

export class S3Server {
  readonly bucket = "bucket";
  readonly objects = new Map<string, StoredObject>();
  /** All that were received, in order. */
  readonly requests: S3Request[] = [];
  /** Asked about each request; `undefined`: it is served. */
  fault: (request: S3Request) => S3Fault | undefined = () => undefined;
  /** As some S3-compatible stores do. */
  ignoresConditions = false;
  ignoresRanges = false;
  givesNoEtags = false;
  pageSize = 1000;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error) => response.destroy(error));
    });
  }

  static async start(): Promise<S3Server> {
    const started = new S3Server();
    await new Promise<void>((resolve) => started.#server.listen(0, "127.0.0.1", resolve));
    return started;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  url(path: string): string {
    return `s3://${this.bucket}/${path}?endpoint=${this.endpoint}`;
  }

  /** Requests of one method, as its keys. */
  keysOf(method: string): string[] {
    return this.requests.filter((request) => request.method === method).map(({ key }) => key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of message) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const url = new URL(message.url ?? "/", "http://host");
    const [bucket = "", ...rest] = url.pathname.slice(1).split("/").map(decodeURIComponent);
    const request: S3Request = {
      method: message.method ?? "",
      key: rest.join("/"),
      headers: message.headers,
    };
    this.requests.push(request);
    const fault = this.fault(request);
    if (fault === "hang") return;
    if (fault === "drop_before") {
      response.destroy();
      return;
    }
    const refused =
      FAULT_ANSWERS.get(fault) ?? checkSignature(message, url, body) ?? this.#checkBucket(bucket);
    if (refused !== undefined) {
      answerError(response, request, refused);
      return;
    }
    // From here on nothing waits: what is checked still holds when it takes effect.
    const answer = request.key === "" ? this.#list(request, url) : this.#object(request, body);
    if (fault === "drop_after") {
      response.destroy();
    } else if ("code" in answer) {
      answerError(response, request, answer);
    } else {
      response.writeHead(answer.status, { ...answer.headers, "content-length": answer.body.length });
      if (fault === "drop_body") {
        response.write(answer.body.subarray(0, answer.body.length >> 1), () => response.destroy());
      } else {
        response.end(request.method === "HEAD" ? undefined : answer.body);
      }
    }
  }

  #checkBucket(bucket: string): ErrorAnswer | undefined {
    return bucket === this.bucket ? undefined : { status: 404, code: "NoSuchBucket" };
  }

  #object(request: S3Request, body: Buffer): Answer | ErrorAnswer {
    const found = this.objects.get(request.key);
    switch (request.method) {
      case "GET":
      case "HEAD":
        return found === undefined ? { status: 404, code: "NoSuchKey" } : this.#read(request, found);
      case "PUT":
        return this.#put(request, found, body);
      case "DELETE":
        this.objects.delete(request.key);
        return { status: 204, headers: {}, body: EMPTY };
      default:
        return { status: 501, code: "NotImplemented" };
    }
  }

  #read({ headers }: S3Request, { bytes, etag, modified }: StoredObject): Answer | ErrorAnswer {
    const common = { ...this.#etagHeader(etag), "last-modified": modified.toUTCString() };
    const range = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "");
    if (range === null || this.ignoresRanges) return { status: 200, headers: common, body: bytes };
    const [start, end] = [Number(range[1]), Math.min(Number(range[2]) + 1, bytes.length)];
    if (start >= bytes.length) return { status: 416, code: "InvalidRange" };
    const contentRange = { "content-range": `bytes ${start}-${end - 1}/${bytes.length}` };
    return { status: 206, headers: { ...common, ...contentRange }, body: bytes.subarray(start, end) };
  }

  #put({ key, headers }: S3Request, found: StoredObject | undefined, body: Buffer): Answer | ErrorAnswer {
    if (!this.ignoresConditions) {
      const ifMatch = headers["if-match"];
      if (ifMatch !== undefined && found === undefined) return { status: 404, code: "NoSuchKey" };
      const stale = ifMatch !== undefined && ifMatch !== found?.etag;
      if (stale || (headers["if-none-match"] === "*" && found !== undefined)) {
        return { status: 412, code: "PreconditionFailed" };
      }
    }
    const etag = `"${createHash("md5").update(body).digest("hex")}"`;
    this.objects.set(key, { bytes: body, etag, modified: new Date() });
    return { status: 200, headers: this.#etagHeader(etag), body: EMPTY };
  }

  #etagHeader(etag: string): Record<string, string> {
    return this.givesNoEtags ? {} : { etag };
  }

  #list({ method }: S3Request, { searchParams }: URL): Answer | ErrorAnswer {
    if (method !== "GET" || searchParams.get("list-type") !== "2") {
      return { status: 501, code: "NotImplemented" };
    }
    const prefix = searchParams.get("prefix") ?? "";
    const after = searchParams.get("continuation-token") ?? "";
    const isDirect = (key: string): boolean =>
      searchParams.get("delimiter") !== "/" || !key.slice(prefix.length).includes("/");
    const keys = [...this.objects.keys()]
      .filter((key) => key.startsWith(prefix) && isDirect(key) && key > after)
      .sort();
    const page = keys.slice(0, this.pageSize);
    const contents = page.map((key) => {
      const { bytes, modified } = this.objects.get(key) as StoredObject;
      const date = modified.toISOString();
      return `<Contents><Key>${key}</Key><LastModified>${date}</LastModified><Size>${bytes.length}</Size></Contents>`;
    });
    const truncated = page.length < keys.length;
    const next = truncated ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : "";
    const text = `<ListBucketResult><IsTruncated>${truncated}</IsTruncated>${next}${contents.join("")}</ListBucketResult>`;
    return { status: 200, headers: { "content-type": "application/xml" }, body: Buffer.from(text) };
  }
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const EMPTY = Buffer.alloc(0);

const FAULT_ANSWERS: ReadonlyMap<S3Fault | undefined, ErrorAnswer> = new Map([
  ["slow_down", { status: 503, code: "SlowDown" }],
  ["conflict", { status: 409, code: "ConditionalRequestConflict" }],
  ["redirect", { status: 301, code: "PermanentRedirect" }],
  ["full", { status: 507, code: "XMinioStorageFull" }],
]);

function answerError(response: ServerResponse, { method }: S3Request, { status, code }: ErrorAnswer): void {
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>told by the test</Message></Error>`;
  response.writeHead(status, { "content-type": "application/xml" });
  response.end(method === "HEAD" ? undefined : body);
}

/** Signature version 4 in the Authorization header, over the hash of the whole body. */
function checkSignature(message: IncomingMessage, url: URL, body: Buffer): ErrorAnswer | undefined {
  const denied = (code: string): ErrorAnswer => ({ status: 403, code });
  const { headers } = message;
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8}\/[^/]+\/s3\/aws4_request), ?SignedHeaders=([^,]+), ?Signature=(\w{64})$/;
  const match = form.exec(headers.authorization ?? "");
  if (match === null) return denied("AccessDenied");
  const [, keyId = "", scope = "", signedHeaders = "", signature = ""] = match;
  if (keyId !== ACCESS_KEY_ID) return denied("InvalidAccessKeyId");
  const bodyHash = sha256(body);
  if (headers["x-amz-content-sha256"] !== bodyHash) return denied("XAmzContentSHA256Mismatch");
  const signed = signedHeaders.split(";");
  if (!["host", "x-amz-content-sha256", "x-amz-date"].every((name) => signed.includes(name))) {
    return denied("AccessDenied");
  }
  const query = [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join("&");
  const canonical = [
    message.method,
    url.pathname,
    query,
    ...signed.map((name) => `${name}:${String(headers[name] ?? "").trim()}`),
    "",
    signedHeaders,
    bodyHash,
  ].join("\n");
  const date = String(headers["x-amz-date"]);
  const toSign = ["AWS4-HMAC-SHA256", date, scope, sha256(Buffer.from(canonical))].join("\n");
  const key = scope.split("/").reduce<Buffer>(hmac, Buffer.from(`AWS4${SECRET_ACCESS_KEY}`));
  const fine = timingSafeEqual(hmac(key, toSign), Buffer.from(signature, "hex"));
  return fine ? undefined : denied("SignatureDoesNotMatch");
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
