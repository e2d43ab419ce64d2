/**
 * URLs of remotes and backups. What cannot be meant is refused when the URL is given, not when it is first used:
 * bare and relative paths (relative to what?), unknown schemes, file URLs with a host.
 */
import { isAbsolute, normalize, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { RemoteError } from "./remote-error.ts";
import { parseS3Location } from "./s3-location.ts";

export interface RemoteUrl {
  /** Lower case, without the colon. */
  readonly scheme: string;
  /** In normal form: two texts for the same place are equal here. */
  readonly url: string;
}

/** `schemes` are those that stores exist for. */
export function parseRemoteUrl(text: string, schemes: readonly string[]): RemoteUrl {
  const trimmed = text.trim();
  if (trimmed === "") throw new RemoteError("bad_url", text, `URL '${text}' is invalid: it is empty`);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(trimmed)?.[1]?.toLowerCase();
  if (scheme === undefined)
    throw new RemoteError("bad_url", text, `URL '${text}' is invalid: ${hint(trimmed)}`);
  if (!schemes.includes(scheme)) {
    const known = schemes.map((name) => `${name}://`).join(", ");
    throw new RemoteError("unknown_scheme", text, `unknown url scheme: '${scheme}'; known: ${known}`);
  }
  if (scheme === "file") return { scheme, url: pathToFileURL(filePathOf(trimmed)).href };
  let url: URL;
  try {
    url = new URL(trimmed);
  } catch (cause) {
    throw new RemoteError("bad_url", text, `URL '${text}' is invalid`, { cause });
  }
  if (url.username !== "" || url.password !== "") {
    throw new RemoteError(
      "bad_url",
      redact(url),
      `URL '${redact(url)}' is invalid: credentials do not belong in it`,
    );
  }
  if (scheme === "s3") return { scheme, url: parseS3Location(url.href).url };
  url.pathname = url.pathname.replace(/\/+$/, "");
  return { scheme, url: url.href };
}

/** The absolute path of a file URL, without a slash at the end. */
export function filePathOf(url: string): string {
  const bad = (why: string, cause?: unknown): RemoteError =>
    new RemoteError("bad_url", url, `URL '${url}' is invalid: ${why}`, { cause });
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch (cause) {
    throw bad("not a URL", cause);
  }
  if (parsed.host !== "" && parsed.host !== "localhost") {
    throw bad(`a file URL has three slashes and an absolute path: file:///${parsed.host}${parsed.pathname}`);
  }
  if (parsed.search !== "" || parsed.hash !== "")
    throw bad("a file URL has no ? or # part; write %3F or %23");
  parsed.host = "";
  let path: string;
  try {
    path = normalize(fileURLToPath(parsed)).replace(/(?<=.)\/+$/, "");
  } catch (cause) {
    throw bad("the path cannot be decoded", cause);
  }
  if (path === "/") throw bad("the root folder cannot be a remote");
  return path;
}

function hint(text: string): string {
  const path = text.replace(/^file:/i, "");
  if (isAbsolute(path)) return `for a folder write ${pathToFileURL(path).href}`;
  return `for a folder write its absolute path as in ${pathToFileURL(resolve("/", "path", path)).href}`;
}

function redact(url: URL): string {
  const copy = new URL(url);
  copy.username = "";
  copy.password = "";
  return copy.href;
}
