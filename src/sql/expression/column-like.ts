/**
 * `column LIKE 'x%'`, `'%x'`, `'%x%'` and `'x'` on stored bytes, for binary collations and for ASCII under folding
 * ones. A row with other characters falls back to the general matcher.
 */
import { collationByName } from "../../values/collation.ts";
import { type BoundLike, volatilityOf } from "../binder/bound-expression.ts";
import type { Frame, Predicate, RowSlot } from "../executor/frame.ts";
import { FOLD, foldsAscii } from "./ascii-fold.ts";
import { compileExpression } from "./compile.ts";
import { ExecutionMark } from "./execution-mark.ts";
import { compileLike, parseLikePattern } from "./like.ts";
import { readText } from "./readers.ts";
import type { RowLayout } from "./row-layout.ts";

interface SimplePattern {
  readonly bytes: Uint8Array;
  readonly openStart: boolean;
  readonly openEnd: boolean;
}

/** The pattern as one literal with `%` at its ends, or undefined when it is more than that. */
function simplePattern(
  pattern: string,
  escapeCharacter: string,
  folding: boolean,
): SimplePattern | undefined {
  const parts = parseLikePattern(pattern, escapeCharacter);
  const literals = parts.filter((part) => part.kind === "text");
  const [literal] = literals;
  if (literals.length !== 1 || literal?.kind !== "text" || parts.some((part) => part.kind === "one"))
    return undefined;
  const bytes = Buffer.from(literal.characters.join(""), "utf8");
  if (folding) {
    for (let i = 0; i < bytes.length; i++) {
      const folded = FOLD[bytes[i] as number] as number;
      if (folded === 255) return undefined;
      bytes[i] = folded;
    }
  }
  return { bytes, openStart: parts[0]?.kind === "any", openEnd: parts.at(-1)?.kind === "any" };
}

export function compileColumnLike(bound: BoundLike, layout: RowLayout): Predicate | undefined {
  const { subject } = bound;
  if (subject.kind !== "column" || volatilityOf(bound.pattern) === "row") return undefined;
  if (subject.type.kind !== "string" || bound.collation === "binary") return undefined;
  const reader = layout.columnReader(subject.slot, subject.column);
  const folding = foldsAscii(bound.collation);
  if (reader.encoding !== "field" || !(folding || collationByName(bound.collation).binary)) return undefined;
  const patternValue = compileExpression(bound.pattern, layout);
  const readPattern = readText(bound.pattern, patternValue);
  const general = compileLike(bound, compileExpression(subject, layout), patternValue);
  const { slot } = subject;
  const wanted = !bound.negated;
  const mark = new ExecutionMark();
  let simple: SimplePattern | undefined;
  const prepare = (frame: Frame): void => {
    const pattern = readPattern(frame);
    simple = pattern === null ? undefined : simplePattern(pattern, bound.escape, folding);
    mark.set(frame);
  };
  return (frame) => {
    if (!mark.isCurrent(frame)) prepare(frame);
    if (simple !== undefined) {
      const row = frame.slots[slot] as RowSlot;
      if (!row.present) return false;
      const state = reader.locate(row);
      if (state === 0) return false;
      if (state === 1) {
        const { bytes, start, end } = reader;
        if (!folding) return matches(bytes, start, end, simple) === wanted;
        const answer = matchesFolded(bytes, start, end, simple);
        if (answer >= 0) return (answer === 1) === wanted;
      }
    }
    return general(frame) === 1;
  };
}

function matches(bytes: Uint8Array, start: number, end: number, pattern: SimplePattern): boolean {
  const wanted = pattern.bytes;
  const last = end - wanted.length;
  if (last < start) return false;
  if (!pattern.openStart) return (pattern.openEnd || last === start) && equalAt(bytes, start, wanted);
  if (!pattern.openEnd) return equalAt(bytes, last, wanted);
  for (let at = start; at <= last; at++) if (equalAt(bytes, at, wanted)) return true;
  return false;
}

function equalAt(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

/**
 * As {@link matches} on folded ASCII; -1 when a byte that decides is not printable ASCII (é LIKE 'e' is true). Behind
 * a matched prefix anything may follow.
 */
function matchesFolded(bytes: Uint8Array, start: number, end: number, pattern: SimplePattern): -1 | 0 | 1 {
  const wanted = pattern.bytes;
  const size = wanted.length;
  const last = end - size;
  if (last < start) return 0;
  if (!pattern.openStart && pattern.openEnd) return foldedAt(bytes, start, wanted);
  for (let i = start; i < end; i++) if (FOLD[bytes[i] as number] === 255) return -1;
  if (!pattern.openStart) return last === start ? foldedAt(bytes, start, wanted) : 0;
  if (!pattern.openEnd) return foldedAt(bytes, last, wanted);
  const first = wanted[0] as number;
  for (let at = start; at <= last; at++) {
    if (FOLD[bytes[at] as number] === first && foldedAt(bytes, at, wanted) === 1) return 1;
  }
  return 0;
}

function foldedAt(bytes: Uint8Array, at: number, wanted: Uint8Array): -1 | 0 | 1 {
  for (let i = 0; i < wanted.length; i++) {
    const folded = FOLD[bytes[at + i] as number] as number;
    if (folded !== wanted[i]) return folded === 255 ? -1 : 0;
  }
  return 1;
}
