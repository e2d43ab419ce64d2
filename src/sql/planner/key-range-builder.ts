/** Compiles an access path into the function that computes its key ranges for the frame's present values. */
import { compareBytes } from "../../bytes/compare.ts";
import type { KeyRange } from "../../prolly/tuple-cursor.ts";
import { prefixSuccessor } from "../../tables/row-codec.ts";
import type { Value } from "../../values/value.ts";
import type { Evaluator, Frame } from "../executor/frame.ts";
import type { KeyBuilder } from "../executor/point-lookup.ts";
import type { RangeBuilder } from "../executor/table-scan.ts";
import { compileExpression } from "../expression/compile.ts";
import type { AccessPath } from "./access-path.ts";
import { indexParts } from "./access-path.ts";
import type { IndexableCondition, KeyValue } from "./condition-analysis.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import type { StoredRelation } from "./relation.ts";

/** More combinations of IN lists than this are read by the first list only. */
const COMBINATIONS_MAX = 20_000;
const NO_RANGES: readonly KeyRange[] = [];

interface CompiledValue {
  readonly evaluate: Evaluator;
  readonly key: KeyValue;
}

function compileValue(key: KeyValue, builder: PlanBuilder): CompiledValue {
  return { evaluate: compileExpression(key.expression, builder), key };
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
    const { toEqual } = key.conversion;
    return (frame) => {
      const value = evaluate(frame);
      if (value === null) return undefined;
      const converted = toEqual(value);
      return converted === undefined ? undefined : codec.encodeKeyPrefix(0, [converted]);
    };
  }
  return (frame) => {
    const parts: Value[] = [];
    for (const { evaluate, key } of values) {
      const value = evaluate(frame);
      if (value === null) return undefined;
      const converted = key.conversion.toEqual(value);
      if (converted === undefined) return undefined;
      parts.push(converted);
    }
    return codec.encodeKeyPrefix(0, parts);
  };
}

export function makeRangeBuilder(
  relation: StoredRelation,
  index: number,
  parts: readonly IndexableCondition[],
  builder: PlanBuilder,
  direction: "forward" | "backward" = "forward",
): RangeBuilder {
  const { codec } = relation.table;
  const definitions = indexParts(relation.table.view.schema, index);
  const last = parts.at(-1)?.condition;
  const equalities = (last?.kind === "range" || last?.kind === "prefix" ? parts.slice(0, -1) : parts).map(
    (part) => compilePart(part, builder),
  );
  const range = last?.kind === "range" ? compileRange(last, builder) : undefined;
  const prefix = last?.kind === "prefix" ? last.prefix : undefined;
  const descending = definitions[parts.length - 1]?.descending === true;
  return (frame) => {
    let combinations: Value[][] = [[]];
    for (const part of equalities) {
      const values = part(frame);
      if (values.length === 0) return NO_RANGES;
      if (combinations.length * values.length > COMBINATIONS_MAX) break;
      combinations = combinations.flatMap((head) => values.map((value) => [...head, value]));
    }
    const encode = (values: readonly Value[]) => codec.encodeKeyPrefix(index, values);
    let ranges: KeyRange[];
    if (range !== undefined) {
      const bounds = range(frame);
      if (bounds === undefined) return NO_RANGES;
      ranges = combinations.map((head) => rangeAfter(head, bounds, encode, descending));
    } else if (prefix !== undefined) {
      ranges = combinations.map((head) => textPrefixRange(head, prefix, encode, descending));
    } else {
      ranges = combinations.map((values) => prefixRange(encode(values)));
    }
    return ranges.length > 1 ? inOrder(ranges, direction) : ranges;
  };
}

/** Values of an equality part; empty when none can match. */
function compilePart(part: IndexableCondition, builder: PlanBuilder): (frame: Frame) => readonly Value[] {
  const { condition } = part;
  if (condition.kind === "null") return () => [null];
  if (condition.kind !== "equal") throw new TypeError("only the last part is a range");
  const values = condition.values.map((value) => compileValue(value, builder));
  return (frame) => {
    const result: Value[] = [];
    for (const { evaluate, key } of values) {
      const value = evaluate(frame);
      if (value === null) {
        if (condition.nullSafe) result.push(null);
        continue;
      }
      const converted = key.conversion.toEqual(value);
      if (converted !== undefined) result.push(converted);
    }
    return result;
  };
}

interface Bounds {
  readonly lower: { readonly value: Value; readonly inclusive: boolean } | undefined;
  readonly upper: { readonly value: Value; readonly inclusive: boolean } | undefined;
}

function compileRange(
  condition: IndexableCondition["condition"] & { kind: "range" },
  builder: PlanBuilder,
): (frame: Frame) => Bounds | undefined {
  const lower = condition.lower && compileValue(condition.lower.value, builder);
  const upper = condition.upper && compileValue(condition.upper.value, builder);
  return (frame) => {
    let low: Bounds["lower"];
    let high: Bounds["upper"];
    if (lower !== undefined) {
      const value = lower.evaluate(frame);
      if (value === null) return undefined;
      const converted = lower.key.conversion.toLower(value);
      if (converted !== undefined) low = { value: converted, inclusive: true };
    }
    if (upper !== undefined) {
      const value = upper.evaluate(frame);
      if (value === null) return undefined;
      const converted = upper.key.conversion.toUpper(value);
      if (converted !== undefined) high = { value: converted, inclusive: true };
    }
    return { lower: low, upper: high };
  };
}

function prefixRange(prefix: Uint8Array): KeyRange {
  const upper = prefixSuccessor(prefix);
  return upper === undefined ? { lower: prefix } : { lower: prefix, upper };
}

function rangeAfter(
  head: readonly Value[],
  bounds: Bounds,
  encode: (values: readonly Value[]) => Uint8Array,
  descending: boolean,
): KeyRange {
  const [first, second] = descending ? [bounds.upper, bounds.lower] : [bounds.lower, bounds.upper];
  const lower =
    first === undefined ? (head.length > 0 ? encode(head) : undefined) : encode([...head, first.value]);
  const upper =
    second === undefined
      ? head.length > 0
        ? prefixSuccessor(encode(head))
        : undefined
      : prefixSuccessor(encode([...head, second.value]));
  return { ...(lower !== undefined ? { lower } : {}), ...(upper !== undefined ? { upper } : {}) };
}

/** Keys of text beginning with `prefix`: from the prefix itself up to the prefix followed by the highest character. */
function textPrefixRange(
  head: readonly Value[],
  prefix: string,
  encode: (values: readonly Value[]) => Uint8Array,
  descending: boolean,
): KeyRange {
  const low = encode([...head, prefix]);
  const high = encode([...head, `${prefix}${"\u{10FFFF}".repeat(8)}`]);
  const [lower, last] = descending ? [high, low] : [low, high];
  const upper = prefixSuccessor(last);
  return upper === undefined ? { lower } : { lower, upper };
}

function inOrder(ranges: KeyRange[], direction: "forward" | "backward"): KeyRange[] {
  const empty = new Uint8Array(0);
  ranges.sort((left, right) => compareBytes(left.lower ?? empty, right.lower ?? empty));
  const distinct = ranges.filter((range, at) => {
    const before = ranges[at - 1];
    return before === undefined || compareBytes(before.lower ?? empty, range.lower ?? empty) !== 0;
  });
  return direction === "forward" ? distinct : distinct.reverse();
}

/** The rows in the ranges for the parameters at hand; undefined when they depend on more than constants. */
export function estimateRange(
  relation: StoredRelation,
  ranges: RangeBuilder,
  builder: PlanBuilder,
  index: number,
): number | undefined {
  const { sampleFrame } = builder;
  if (sampleFrame === undefined) return undefined;
  let list: readonly KeyRange[];
  try {
    list = ranges(sampleFrame);
  } catch (error) {
    // A value that can't be computed yet (or fails) only costs the estimate; the execution will report it.
    if (error instanceof Error) return undefined;
    throw error;
  }
  const { view } = relation.table;
  if (list.length <= 10) return list.reduce((sum, range) => sum + view.estimateCount(index, range), 0);
  const sample = list.slice(0, 10).reduce((sum, range) => sum + view.estimateCount(index, range), 0);
  return Math.ceil((sample / 10) * list.length);
}
