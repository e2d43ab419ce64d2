/**
 * What an S3 request that failed means to us. Codes are taken from the answer's error code where it has one, else from its
 * status: the answer to a HEAD has no body, and S3-compatible stores word the same thing differently.
 */
import { RemoteError } from "./remote-error.ts";
import type { S3Location } from "./s3-location.ts";

/** The parts of the SDK's errors that are looked at. */
interface Failure {
  readonly name: string;
  readonly message: string;
  /** Of the system, when there was no answer. */
  readonly systemCode: string | undefined;
  /** `undefined` when there was no answer. */
  readonly status: number | undefined;
}

const UNREACHABLE_SYSTEM_CODES: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ERR_STREAM_PREMATURE_CLOSE",
]);

const UNAUTHORIZED_NAMES: ReadonlySet<string> = new Set([
  "AccessDenied",
  "InvalidAccessKeyId",
  "SignatureDoesNotMatch",
  "ExpiredToken",
  "InvalidToken",
  "TokenRefreshRequired",
]);

export function toRemoteError(error: unknown, location: S3Location): RemoteError {
  if (error instanceof RemoteError) return error;
  const { url } = location;
  const failure = readFailure(error);
  const newError = (code: ConstructorParameters<typeof RemoteError>[0], message: string): RemoteError =>
    new RemoteError(code, url, message, { cause: withoutRequest(error) });
  const { name, status, systemCode } = failure;
  const said = status === undefined ? failure.message : `${status} ${name}: ${failure.message}`;

  if (name === "CredentialsProviderError") {
    return newError(
      "unauthorized",
      `no credentials for ${url}: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, for the server`,
    );
  }
  if (name === "RequestTimeTooSkewed") {
    return newError("unauthorized", `${url} refuses requests because this machine's clock is wrong`);
  }
  if (UNAUTHORIZED_NAMES.has(name) || status === 401 || status === 403) {
    return newError("unauthorized", `access to ${url} denied: ${said}`);
  }
  if (/^Region is missing/i.test(failure.message)) {
    return newError("bad_url", `the region of ${url} is not known: add ?region=… or set AWS_REGION`);
  }
  if (
    status === 301 ||
    status === 307 ||
    name === "AuthorizationHeaderMalformed" ||
    name === "IllegalLocationConstraintException"
  ) {
    return newError("bad_url", `${url} is in another region: add region=… to the URL (${said})`);
  }
  if (name === "NoSuchBucket") return newError("not_found", `no bucket '${location.bucket}' for ${url}`);
  if (status === 412 || name === "ConditionalRequestConflict") {
    return newError("precondition_failed", `${url} was changed by another writer`);
  }
  if (status === 404) return newError("not_found", `not found at ${url}: ${said}`);
  if (status === 409) return newError("busy", `${url} is busy: ${said}`);
  if (status === 507 || name === "QuotaExceeded" || name === "XMinioStorageFull") {
    return newError("storage_full", `no space left at ${url}: ${said}`);
  }
  if (status === 501) return newError("unsafe_store", `${url} lacks what is needed: ${said}`);
  // 400 RequestTimeout: the store got tired of waiting for the body.
  if (status === 429 || name === "RequestTimeout" || name === "SlowDown" || (status ?? 0) >= 500) {
    return newError("unreachable", `${url} cannot answer now: ${said}`);
  }
  const silent = name === "TimeoutError" || /socket hang up|aborted/.test(failure.message);
  if (status === undefined && (silent || UNREACHABLE_SYSTEM_CODES.has(systemCode ?? ""))) {
    return newError("unreachable", `${url} cannot be reached: ${systemCode ?? name}`);
  }
  return newError("failed", `${url}: ${said}`);
}

/**
 * The SDK's error holds the request with its headers, which may include a session token, and with half of Node's internals:
 * nothing for a log.
 */
function withoutRequest(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const copy = new Error(error.message);
  copy.name = error.name;
  if (error.stack !== undefined) copy.stack = error.stack;
  return copy;
}

function readFailure(error: unknown): Failure {
  if (!(error instanceof Error)) {
    return { name: "", message: String(error), systemCode: undefined, status: undefined };
  }
  const metadata: unknown = "$metadata" in error ? error.$metadata : undefined;
  const status =
    typeof metadata === "object" && metadata !== null && "httpStatusCode" in metadata
      ? metadata.httpStatusCode
      : undefined;
  const systemCode = "code" in error ? error.code : undefined;
  return {
    name: error.name,
    message: error.message,
    systemCode: typeof systemCode === "string" ? systemCode : undefined,
    status: typeof status === "number" ? status : undefined,
  };
}
