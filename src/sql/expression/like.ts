/**
 * LIKE: patterns of characters, `%` and `_`. A pattern is compiled once (per execution when it is constant); characters
 * compare one by one under the collation, as the SQL standard and MySQL have it.
 */
import { collationByName } from "../../values/collation.ts";
import type { Value } from "../../values/value.ts";
import type { BoundLike } from "../binder/bound-expression.ts";
import type { Evaluator } from "../executor/frame.ts";
import { foldsAscii } from "./ascii-fold.ts";
import { readBytes, readText } from "./readers.ts";
import { bytesToText } from "./text-conversion.ts";

/** One step of a pattern. */
type Part =
  | { readonly kind: "any" }
  | { readonly kind: "one" }
  | { readonly kind: "text"; readonly characters: readonly string[] };

export type LikeMatcher = (text: string) => boolean;

/** Splits a pattern; the escape character makes the next one literal. */
export function parseLikePattern(pattern: string, escapeCharacter: string): readonly Part[] {
  const parts: Part[] = [];
  let literal: string[] = [];
  const flush = (): void => {
    if (literal.length > 0) parts.push({ kind: "text", characters: literal });
    literal = [];
  };
  const characters = [...pattern];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] as string;
    if (character === escapeCharacter && i + 1 < characters.length) literal.push(characters[++i] as string);
    else if (character === "%" || character === "_") {
      flush();
      if (character === "_") parts.push({ kind: "one" });
      else if (parts.at(-1)?.kind !== "any") parts.push({ kind: "any" });
    } else literal.push(character);
  }
  flush();
  return parts;
}

export type CharacterEquality = (left: string, right: string) => boolean;

/** Whether two characters are the same under a collation. */
export function characterEquality(collationName: string): CharacterEquality {
  if (collationName === "binary") return (left, right) => left === right;
  const collation = collationByName(collationName);
  if (collation.binary) return (left, right) => left === right;
  const folds = foldsAscii(collationName);
  return (left, right) => {
    if (left === right) return true;
    if (folds && left.charCodeAt(0) < 127 && right.charCodeAt(0) < 127) {
      return left.toUpperCase() === right.toUpperCase();
    }
    return collation.compare(left, right) === 0 && isPrintable(left) === isPrintable(right);
  };
}

/** Ignorable characters equal nothing but each other one by one. */
function isPrintable(character: string): boolean {
  return character !== "" && character !== "\0";
}

/** A matcher for `pattern` under a collation. */
export function compileLikePattern(pattern: string, escapeCharacter: string, collation: string): LikeMatcher {
  const parts = parseLikePattern(pattern, escapeCharacter);
  const equal = characterEquality(collation);
  // Greedy matching with a return to the last `%` is linear in practice and needs no stack.
  return (text) => {
    const characters = isBmp(text) ? text : [...text];
    return matchFrom(parts, characters, equal);
  };
}

/** Every UTF-16 unit is a character of its own. */
export function isBmp(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0xd800 && code <= 0xdbff) return false;
  }
  return true;
}

function matchFrom(
  parts: readonly Part[],
  text: string | readonly string[],
  equal: CharacterEquality,
): boolean {
  let part = 0;
  let at = 0;
  let retryPart = -1;
  let retryAt = 0;
  for (;;) {
    const current = parts[part];
    let matched = false;
    if (current === undefined) {
      if (at === text.length) return true;
    } else if (current.kind === "any") {
      if (part === parts.length - 1) return true;
      retryPart = ++part;
      retryAt = at;
      continue;
    } else if (current.kind === "one") {
      matched = at < text.length;
      if (matched) at++;
    } else {
      matched = startsAt(text, at, current.characters, equal);
      if (matched) at += current.characters.length;
    }
    if (matched) part++;
    else if (retryPart < 0 || retryAt >= text.length) return false;
    else {
      part = retryPart;
      at = ++retryAt;
    }
  }
}

/** Whether `characters` stand at position `at` of `text`. */
export function startsAt(
  text: string | readonly string[],
  at: number,
  characters: readonly string[],
  equal: CharacterEquality,
): boolean {
  if (at + characters.length > text.length) return false;
  for (let i = 0; i < characters.length; i++) {
    if (!equal(text[at + i] as string, characters[i] as string)) return false;
  }
  return true;
}

/** LIKE as a value: 1, 0 or NULL. */
export function compileLike(bound: BoundLike, subject: Evaluator, pattern: Evaluator): Evaluator {
  const binary = bound.collation === "binary";
  const readSubject = binary ? latin(bound.subject, subject) : readText(bound.subject, subject);
  const readPattern = binary ? latin(bound.pattern, pattern) : readText(bound.pattern, pattern);
  const yes = bound.negated ? 0 : 1;
  let lastPattern: string | undefined;
  let matcher: LikeMatcher = () => false;
  return (frame): Value => {
    const text = readSubject(frame);
    if (text === null) return null;
    const wanted = readPattern(frame);
    if (wanted === null) return null;
    if (wanted !== lastPattern) {
      matcher = compileLikePattern(wanted, bound.escape, bound.collation);
      lastPattern = wanted;
    }
    return matcher(text) ? yes : 1 - yes;
  };
}

function latin(of: BoundLike["subject"], evaluate: Evaluator): ReturnType<typeof readText> {
  const read = readBytes(of, evaluate);
  return (frame) => {
    const bytes = read(frame);
    return bytes === null ? null : bytesToText(bytes);
  };
}
