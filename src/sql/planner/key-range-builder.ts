/** Compiles an access path into the function that computes its key ranges for the frame's present values. */
import { compareBytes } from "../../bytes/compare.ts";
import type { KeyRange } from "../../prolly/tuple-cursor.ts";
import type { Value } from "../../values/value.ts";
import type { Evaluator, Frame } from "../executor/frame.ts";
import type { KeyBuilder } from "../executor/point-lookup.ts";
import type { RangeBuilder } from "../executor/table-scan.ts";
import { compileExpression } from "../expression/compile.ts";
import { ExecutionMark } from "../expression/execution-mark.ts";
import { parseLikePattern } from "../expression/like.ts";
import { readBytes, readText } from "../expression/readers.ts";
import type { AccessPath } from "./access-path.ts";
import { indexParts } from "./access-path.ts";
import type { ColumnCondition, IndexableCondition, KeyBound, KeyValue } from "./condition-analysis.ts";
import type { RangeEnd } from "./key-conversion.ts";
import { PartRanges, type PlacedBound } from "./part-ranges.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import type { StoredRelation } from "./relation.ts";

const NO_RANGES: readonly KeyRange[] = [];

interface CompiledValue {
  readonly evaluate: Evaluator;
  readonly key: KeyValue;
}

function compileValue(key: KeyValue, builder: PlanBuilder): CompiledValue {
  const { expression, conversion } = key;
  return { evaluate: conversion.read(expression, compileExpression(expression, builder)), key };
}

/** The encoded key of a path that finds at most one row of the primary index. */
export function makeKeyBuilder(relation: StoredRelation, path: AccessPath, builder: PlanBuilder): KeyBuilder {
  const { codec } = relation.table;
  const values = path.parts.map((part) => {
    if (part.condition.kind !== "equal") throw new TypeError("a point look-up has equalities only");
    return compileValue(part.condition.values[0] as KeyValue, builder);
  });
  if (values.length === 1) {
    const { evaluate, key } = values[0] as CompiledValue;
    const { conversion } = key;
    return (frame) => {
      const value = evaluate(frame);
      if (value === null) return undefined;
      const converted = conversion.toEqual(value, frame);
      return converted === undefined ? undefined : codec.encodeKeyPrefix(0, [converted]);
    };
  }
  return (frame) => {
    const parts: Value[] = [];
    for (const { evaluate, key } of values) {
      const value = evaluate(frame);
      if (value === null) return undefined;
      const converted = key.conversion.toEqual(value, frame);
      if (converted === undefined) return undefined;
      parts.push(converted);
    }
    return codec.encodeKeyPrefix(0, parts);
  };
}

/** Values that a part of the key may have. */
type PartValues = (frame: Frame) => readonly Value[];
/** Adds the ranges of the last part behind the values of those before. */
type AddRanges = (frame: Frame, head: readonly Value[], ranges: KeyRange[]) => void;

export function makeRangeBuilder(
  relation: StoredRelation,
  index: number,
  parts: readonly IndexableCondition[],
  builder: PlanBuilder,
  direction: "forward" | "backward" = "forward",
): RangeBuilder {
  const { codec, view } = relation.table;
  const at = parts.length - 1;
  const definition = indexParts(view.schema, index)[at];
  const last = parts[at]?.condition;
  if (definition === undefined || last === undefined) throw new RangeError("a path has parts");
  const partRanges = new PartRanges(codec, index, at, definition);
  const isNullable = (part: number): boolean => codec.keyCodecs(index)[part]?.options.nullable === true;
  const heads = parts
    .slice(0, -1)
    .map((part, position) => compileValues(part.condition, isNullable(position), builder));
  const addLast = compileRanges(last, { partRanges, isNullable: isNullable(at), builder });
  const backward = direction === "backward";
  return (frame) => {
    let combinations: (readonly Value[])[] = [[]];
    for (const head of heads) {
      const values = head(frame);
      if (values.length === 0) return NO_RANGES;
      combinations =
        values.length === 1
          ? combinations.map((before) => [...before, values[0] as Value])
          : combinations.flatMap((before) => values.map((value) => [...before, value]));
    }
    const ranges: KeyRange[] = [];
    for (const head of combinations) addLast(frame, head, ranges);
    if (ranges.length > 1) return inOrder(ranges, backward);
    return ranges;
  };
}

interface PartContext {
  readonly partRanges: PartRanges;
  readonly isNullable: boolean;
  readonly builder: PlanBuilder;
}

function compileRanges(condition: ColumnCondition, context: PartContext): AddRanges {
  const { partRanges, isNullable, builder } = context;
  switch (condition.kind) {
    case "equal":
    case "null":
    case "member": {
      const values = compileValues(condition, isNullable, builder);
      return (frame, head, ranges) => {
        for (const value of values(frame)) ranges.push(partRanges.equalTo([...head, value]));
      };
    }
    case "range": {
      const lower = condition.lower && compileBound(condition.lower, "lower", builder);
      const upper = condition.upper && compileBound(condition.upper, "upper", builder);
      return (frame, head, ranges) => {
        const from = lower?.(frame);
        if (from === null) return;
        const to = upper?.(frame);
        if (to === null) return;
        addRange(partRanges.between(head, from, to), ranges);
      };
    }
    case "prefix": {
      const prefixOf = compilePrefix(condition.like, builder);
      return (frame, head, ranges) => {
        const prefix = prefixOf(frame);
        if (prefix === null) return;
        addRange(
          prefix.length === 0
            ? partRanges.between(head, undefined, undefined)
            : partRanges.beginningWith(head, prefix),
          ranges,
        );
      };
    }
    case "any": {
      const alternatives = condition.of.map((one) => compileRanges(one, context));
      return (frame, head, ranges) => {
        for (const add of alternatives) add(frame, head, ranges);
      };
    }
  }
}

function addRange(range: KeyRange | undefined, ranges: KeyRange[]): void {
  if (range !== undefined) ranges.push(range);
}

/** Values of an equality part; empty when none can match. */
function compileValues(condition: ColumnCondition, isNullable: boolean, builder: PlanBuilder): PartValues {
  if (condition.kind === "null") return () => [null];
  if (condition.kind === "member") return memberValues(condition, builder);
  if (condition.kind !== "equal") throw new TypeError("only the last part is a range");
  const { nullSafe } = condition;
  const values = condition.values.map((value) => compileValue(value, builder));
  return (frame) => {
    const result: Value[] = [];
    for (const { evaluate, key } of values) {
      const value = evaluate(frame);
      if (value === null) {
        if (nullSafe && isNullable) result.push(null);
        continue;
      }
      const { conversion } = key;
      const converted = conversion.toEqual(value, frame);
      if (converted !== undefined) result.push(converted);
      const other = conversion.toOtherEqual?.(value, frame);
      if (other !== undefined) result.push(other);
    }
    return result;
  };
}

/** The rows of the subquery, read once for each execution. */
function memberValues(condition: ColumnCondition & { kind: "member" }, builder: PlanBuilder): PartValues {
  const { conversion, subquery } = condition;
  const { plan } = subquery;
  const [column] = plan.columns;
  if (column === undefined) throw new RangeError("a subquery has a column");
  let current: Value = null;
  const read = conversion.read({ ...column, kind: "register", register: -1 }, () => current);
  const mark = new ExecutionMark();
  let values: Value[] = [];
  return (frame) => {
    // Planning runs no subqueries.
    if (frame === builder.sampleFrame) throw new RangeError("the rows of a subquery are not known yet");
    if (mark.isCurrent(frame)) return values;
    values = [];
    plan.forEachRow(frame, (row) => {
      current = row[0] as Value;
      const value = read(frame);
      if (value !== null) {
        const converted = conversion.toEqual(value, frame);
        if (converted !== undefined) values.push(converted);
        const other = conversion.toOtherEqual?.(value, frame);
        if (other !== undefined) values.push(other);
      }
      return false;
    });
    mark.set(frame);
    return values;
  };
}

/** Null: compares with nothing. */
function compileBound(
  { value, inclusive }: KeyBound,
  end: RangeEnd,
  builder: PlanBuilder,
): (frame: Frame) => PlacedBound | null {
  const { evaluate, key } = compileValue(value, builder);
  const { conversion } = key;
  return (frame) => {
    const given = evaluate(frame);
    if (given === null) return null;
    return { place: conversion.place?.(given, frame, end) ?? { kind: "unknown" }, inclusive };
  };
}

/** What all texts that match the pattern begin with; null when the pattern is NULL. */
function compilePrefix(
  like: (ColumnCondition & { kind: "prefix" })["like"],
  builder: PlanBuilder,
): (frame: Frame) => string | Uint8Array | null {
  const pattern = compileExpression(like.pattern, builder);
  if (like.collation === "binary") {
    const bytes = readBytes(like.pattern, pattern);
    return (frame) => {
      const value = bytes(frame);
      if (value === null) return null;
      const text = literalPrefix(Buffer.from(value).toString("latin1"), like.escape);
      return Buffer.from(text, "latin1");
    };
  }
  const text = readText(like.pattern, pattern);
  return (frame) => {
    const value = text(frame);
    return value === null ? null : literalPrefix(value, like.escape);
  };
}

function literalPrefix(pattern: string, escapeCharacter: string): string {
  const [first] = parseLikePattern(pattern, escapeCharacter);
  return first?.kind === "text" ? first.characters.join("") : "";
}

const START = new Uint8Array(0);

/** Disjoint ranges in scan order, for ranges that may overlap. */
function inOrder(ranges: KeyRange[], backward: boolean): readonly KeyRange[] {
  ranges.sort((left, right) => compareBytes(left.lower ?? START, right.lower ?? START));
  const disjoint: KeyRange[] = [];
  for (const range of ranges) {
    const before = disjoint.at(-1);
    if (before === undefined || !touches(before, range)) {
      disjoint.push(range);
      continue;
    }
    // The one that reaches further.
    if (before.upper !== undefined && !isWithin(range.upper, before.upper))
      disjoint[disjoint.length - 1] = withUpper(before, range.upper);
  }
  return backward ? disjoint.reverse() : disjoint;
}

function touches(before: KeyRange, range: KeyRange): boolean {
  return before.upper === undefined || compareBytes(range.lower ?? START, before.upper) < 0;
}

function isWithin(upper: Uint8Array | undefined, limit: Uint8Array): boolean {
  return upper !== undefined && compareBytes(upper, limit) <= 0;
}

function withUpper(range: KeyRange, upper: Uint8Array | undefined): KeyRange {
  return {
    ...(range.lower === undefined ? {} : { lower: range.lower }),
    ...(upper === undefined ? {} : { upper }),
  };
}

/** The rows in the ranges for the parameters at hand; undefined when they depend on more than constants. */
export function estimateRange(
  relation: StoredRelation,
  index: number,
  parts: readonly IndexableCondition[],
  builder: PlanBuilder,
): { readonly rows: number; readonly ranges: number } | undefined {
  const { sampleFrame } = builder;
  if (sampleFrame === undefined) return undefined;
  let list: readonly KeyRange[];
  builder.isEstimating = true;
  try {
    list = makeRangeBuilder(relation, index, parts, builder)(sampleFrame);
  } catch (error) {
    // A value that can't be computed yet (or fails) only costs the estimate; the execution will report it.
    if (error instanceof Error) return undefined;
    throw error;
  } finally {
    builder.isEstimating = false;
  }
  const { view } = relation.table;
  const sample = list.length <= SAMPLED_RANGES ? list : list.slice(0, SAMPLED_RANGES);
  let rows = 0;
  for (const range of sample) rows += view.estimateCount(index, range);
  if (sample.length < list.length) rows = Math.ceil((rows / sample.length) * list.length);
  return { rows, ranges: list.length };
}

const SAMPLED_RANGES = 10;
