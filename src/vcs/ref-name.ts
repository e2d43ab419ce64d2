/** Which names branches and tags may have: git's rules, and none that means something else in a revision. */
import { hashFromText } from "../bytes/hash.ts";
import { VersionError } from "./version-error.ts";

const NAME_SIZE_MAX = 1024;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const FORBIDDEN = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|^[-/.]|\/\.|[/.]$|\.lock$|\.lock\//;
const RESERVED: ReadonlySet<string> = new Set(["@", "HEAD", "WORKING", "STAGED"]);

export function isValidRefName(name: string): boolean {
  if (name === "" || Buffer.byteLength(name) > NAME_SIZE_MAX) return false;
  if (FORBIDDEN.test(name) || RESERVED.has(name.toUpperCase())) return false;
  // 32 digits would be taken for a commit.
  return hashFromText(name) === undefined;
}

export function checkBranchName(name: string): void {
  if (!isValidRefName(name)) {
    throw new VersionError("invalid_ref_name", name, `fatal: '${name}' is an invalid branch name.`);
  }
}

export function checkTagName(name: string): void {
  if (!isValidRefName(name)) {
    throw new VersionError("invalid_ref_name", name, `'${name}' is not a valid tag name`);
  }
}
