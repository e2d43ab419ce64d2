/**
 * Where an S3 remote lies: `s3://bucket/path?endpoint=…&region=…&path-style=true|false`. Credentials are no part of it: they
 * come from the environment, as for every AWS tool. What is not known here is refused when the URL is given.
 */
import { RemoteError } from "./remote-error.ts";

const PARAMETERS = ["endpoint", "path-style", "region"];

export interface S3Location {
  /** In normal form: two texts for the same place are equal here. */
  readonly url: string;
  readonly bucket: string;
  /** What the keys begin with: empty, or ends with a slash. */
  readonly prefix: string;
  /** Of an S3-compatible store; `undefined`: AWS. */
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  /** The bucket is in the path of requests, not in the host's name: what most stores other than AWS want. */
  readonly pathStyle: boolean;
}

export function parseS3Location(text: string): S3Location {
  const url = parse(text);
  // Parameters may hold what must not be shown, so errors show the URL without them.
  const shown = `${url.protocol}//${url.host}${url.pathname}`;
  const bad = (why: string): RemoteError =>
    new RemoteError("bad_url", shown, `URL '${shown}' is invalid: ${why}`);
  if (url.username !== "" || url.password !== "") throw bad("credentials do not belong in it");
  if (url.hash !== "") throw bad("an s3 URL has no # part; write %23");
  if (url.port !== "") throw bad("a bucket has no port; write ?endpoint=http://host:port");
  const bucket = url.hostname;
  if (!/^[a-z0-9][a-z0-9._-]{1,62}$/i.test(bucket)) throw bad(`'${bucket}' is no bucket name`);
  const path = decodePath(url.pathname, bad);
  const given = readParameters(url.searchParams, bad);
  const endpoint = readEndpoint(given.get("endpoint"), bad);
  const region = given.get("region");
  if (region !== undefined && !/^[a-z0-9-]+$/i.test(region)) throw bad(`'${region}' is no region`);
  const pathStyle = readPathStyle(given.get("path-style"), endpoint !== undefined, bad);
  const parameters = [
    ...(endpoint === undefined ? [] : [`endpoint=${endpoint}`]),
    ...(pathStyle === (endpoint !== undefined) ? [] : [`path-style=${pathStyle}`]),
    ...(region === undefined ? [] : [`region=${region}`]),
  ].join("&");
  const segments = path.map((segment) => `/${encodeURIComponent(segment)}`).join("");
  return {
    url: `s3://${bucket}${segments}${parameters === "" ? "" : `?${parameters}`}`,
    bucket,
    prefix: path.map((segment) => `${segment}/`).join(""),
    endpoint,
    region,
    pathStyle,
  };
}

type Refuse = (why: string) => RemoteError;

function parse(text: string): URL {
  try {
    return new URL(text);
  } catch (cause) {
    throw new RemoteError("bad_url", "s3", "URL is invalid: an s3 URL is s3://bucket/path", { cause });
  }
}

function decodePath(pathname: string, bad: Refuse): readonly string[] {
  const path = pathname.replace(/^\/|\/+$/g, "");
  if (path === "") return [];
  return path.split("/").map((segment) => {
    let decoded: string;
    try {
      decoded = decodeURIComponent(segment);
    } catch {
      throw bad("the path cannot be decoded");
    }
    if (decoded === "" || decoded === "." || decoded === ".." || decoded.includes("/")) {
      throw bad("the path has a part that is empty, '.', '..' or contains a slash");
    }
    return decoded;
  });
}

function readParameters(parameters: URLSearchParams, bad: Refuse): ReadonlyMap<string, string> {
  const given = new Map<string, string>();
  for (const [name, value] of parameters) {
    if (!PARAMETERS.includes(name)) {
      throw bad(`unknown s3 url parameter "${name}"; supported parameters are ${PARAMETERS.join(", ")}`);
    }
    if (given.has(name)) throw bad(`${name} is given twice`);
    if (value === "") throw bad(`${name} is empty`);
    given.set(name, value);
  }
  return given;
}

function readEndpoint(text: string | undefined, bad: Refuse): string | undefined {
  if (text === undefined) return undefined;
  const form = "the endpoint is http://host:port or https://host:port";
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw bad(form);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") throw bad(form);
  if (url.username !== "" || url.password !== "") throw bad("credentials do not belong in the endpoint");
  if (url.search !== "" || url.hash !== "" || url.pathname !== "/") throw bad(form);
  return url.origin;
}

function readPathStyle(text: string | undefined, otherwise: boolean, bad: Refuse): boolean {
  if (text === undefined) return otherwise;
  if (text !== "true" && text !== "false") throw bad("path-style is true or false");
  return text === "true";
}
