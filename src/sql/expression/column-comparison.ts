/**
 * The hot filter: a stored column against a value that is constant within the statement, compared on the encoded
 * bytes. Fixed-width encodings order like their values, so one comparison of bytes decides; strings compare by bytes
 * when the collation says so, and for equality as folded ASCII while only ASCII is seen. Whatever does not fit falls back to the
 * general comparison, so this is never more than a faster way to the same answer.
 */
import { compareRanges } from "../../bytes/compare.ts";
import { fieldCodecFor } from "../../values/codec/field-codec.ts";
import { FieldWriter } from "../../values/codec/field-writer.ts";
import { collationByName } from "../../values/collation.ts";
import { type DateTime, dateOf } from "../../values/datetime.ts";
import { type Decimal, integerDigits } from "../../values/decimal.ts";
import type { SqlType } from "../../values/sql-type.ts";
import { parseTime } from "../../values/temporal-parse.ts";
import type { Value } from "../../values/value.ts";
import {
  type BoundColumn,
  type BoundComparison,
  type BoundExpression,
  type ComparisonOperator,
  volatilityOf,
} from "../binder/bound-expression.ts";
import type { Evaluator, Frame, Predicate, RowSlot } from "../executor/frame.ts";
import { foldedEquality } from "./ascii-fold.ts";
import { comparator, satisfies, testOf } from "./comparison.ts";
import { compileExpression } from "./compile.ts";
import { readExactNumber } from "./exact-number.ts";
import { ExecutionMark } from "./execution-mark.ts";
import {
  type Read,
  readBytes,
  readComparedDateTime,
  readDecimal,
  readInteger,
  readText,
  readTime,
} from "./readers.ts";
import type { RowLayout } from "./row-layout.ts";

const FLIPPED: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  "=": "=",
  "<=>": "<=>",
  "<>": "<>",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};

type PlainOperator = Exclude<ComparisonOperator, "<=>">;

/** The fast predicate for `column operator constant` (either way round), or undefined when there is none. */
export function compileColumnComparison(bound: BoundComparison, layout: RowLayout): Predicate | undefined {
  if (bound.operator === "<=>") return undefined;
  if (bound.left.kind === "column" && volatilityOf(bound.right) !== "row") {
    return columnAgainst(
      bound,
      { column: bound.left, constant: bound.right, operator: bound.operator },
      layout,
    );
  }
  if (bound.right.kind === "column" && volatilityOf(bound.left) !== "row") {
    const operator = FLIPPED[bound.operator] as PlainOperator;
    return columnAgainst(bound, { column: bound.right, constant: bound.left, operator }, layout);
  }
  return undefined;
}

interface Sides {
  readonly column: BoundColumn;
  readonly constant: BoundExpression;
  readonly operator: PlainOperator;
}

function columnAgainst(bound: BoundComparison, sides: Sides, layout: RowLayout): Predicate | undefined {
  const { column, constant, operator } = sides;
  const evaluate = compileExpression(constant, layout);
  const general = testOf(
    operator,
    comparator(bound.rule, column, constant, compileExpression(column, layout), evaluate),
  );
  const { type } = column;
  if (bound.rule.kind === "text" && type.kind === "string") {
    return textPredicate(bound.rule.collation, sides, readText(constant, evaluate), general, layout);
  }
  if (bound.rule.kind === "bytes" && type.kind === "binary") {
    return bytesPredicate(sides, readBytes(constant, evaluate), general, layout);
  }
  const encode = encoderFor(type, bound, constant, evaluate);
  return encode === undefined ? undefined : fixedWidthPredicate(sides, encode, general, layout);
}

/** The constant as a value of the column's type; undefined when it is none (then the general way decides). */
type Fit = (frame: Frame) => Value | undefined;

function encoderFor(
  type: SqlType,
  bound: BoundComparison,
  constant: BoundExpression,
  evaluate: Evaluator,
): Fit | undefined {
  const rule = bound.rule.kind;
  switch (type.kind) {
    case "integer": {
      if (rule !== "integer" && rule !== "double") return undefined;
      const read = rule === "integer" ? readInteger(constant, evaluate) : readExactNumber(constant, evaluate);
      const bits = { tinyint: 8, smallint: 16, mediumint: 24, int: 32, bigint: 64 }[type.name];
      const low = type.unsigned ? 0n : -(1n << BigInt(bits - 1));
      const high = type.unsigned ? (1n << BigInt(bits)) - 1n : (1n << BigInt(bits - 1)) - 1n;
      return (frame) => {
        const value = read(frame);
        if (value === null) return null;
        return value >= low && value <= high && (typeof value === "bigint" || Number.isInteger(value))
          ? value
          : undefined;
      };
    }
    case "decimal": {
      if (rule !== "decimal") return undefined;
      return decimalFit(type, readDecimal(constant, evaluate));
    }
    case "date": {
      if (rule !== "date" && rule !== "datetime") return undefined;
      const read = readComparedDateTime(constant, evaluate);
      return (frame) => {
        const value = read(frame);
        return value === null || dateOf(value) === value ? value : undefined;
      };
    }
    case "datetime": {
      if (rule !== "datetime") return undefined;
      return readComparedDateTime(constant, evaluate) as Read<DateTime>;
    }
    case "time": {
      if (rule !== "time") return undefined;
      return timeFit(constant, evaluate);
    }
    default:
      return undefined;
  }
}

/** Text that is no complete time is compared as text, the general way. */
function timeFit(constant: BoundExpression, evaluate: Evaluator): Fit {
  const { kind } = constant.type;
  if (kind !== "string" && kind !== "binary") return readTime(constant, evaluate);
  const read = readText(constant, evaluate);
  return (frame) => {
    const text = read(frame);
    if (text === null) return null;
    const parsed = parseTime(text);
    return parsed === undefined || parsed.truncated ? undefined : parsed.value;
  };
}

function decimalFit(type: SqlType & { kind: "decimal" }, read: Read<Decimal>): Fit {
  return (frame) => {
    const value = read(frame);
    if (value === null) return null;
    return value.scale <= type.scale && integerDigits(value) <= type.precision - type.scale
      ? value
      : undefined;
  };
}

function fixedWidthPredicate(
  sides: Sides,
  toColumnValue: Fit,
  general: Predicate,
  layout: RowLayout,
): Predicate | undefined {
  const { slot, column, type } = sides.column;
  const reader = layout.columnReader(slot, column);
  const codec = fieldCodecFor(type);
  const width = codec.fixedWidth;
  if (width === undefined || reader.encoding !== "field") return undefined;
  const writer = new FieldWriter(32);
  const mark = new ExecutionMark();
  let mode: "bytes" | "general" | "null" = "general";
  // The constant's first four bytes and the rest, as unsigned integers, so that most comparisons are of two numbers.
  let high = 0;
  const headWidth = Math.min(width, 4);
  const prepare = (frame: Frame): void => {
    const value = toColumnValue(frame);
    mode = value === undefined ? "general" : value === null ? "null" : "bytes";
    if (value !== undefined && value !== null) {
      writer.reset();
      codec.encode(value, writer);
      high = readHead(writer.bytes, 0, headWidth);
    }
    mark.set(frame);
  };
  const order = (): number => {
    const head = readHead(reader.bytes, reader.start, headWidth);
    if (head !== high || width <= 4) return head - high;
    const { bytes, start } = reader;
    for (let i = 4; i < width; i++) {
      const difference = (bytes[start + i] as number) - (writer.bytes[i] as number);
      if (difference !== 0) return difference;
    }
    return 0;
  };
  const below = satisfies(sides.operator, -1);
  const equal = satisfies(sides.operator, 0);
  const above = satisfies(sides.operator, 1);
  return (frame) => {
    if (!mark.isCurrent(frame)) prepare(frame);
    if (mode !== "bytes") return mode === "general" && general(frame);
    const row = frame.slots[slot] as RowSlot;
    if (!row.present || reader.locate(row) === 0) return false;
    const result = order();
    return result < 0 ? below : result > 0 ? above : equal;
  };
}

/** Up to four bytes as an unsigned big-endian integer. */
function readHead(bytes: Uint8Array, at: number, width: number): number {
  let value = bytes[at] as number;
  for (let i = 1; i < width; i++) value = value * 256 + (bytes[at + i] as number);
  return value;
}

/** Where a range of bytes ends when trailing spaces do not count. */
function trimmedEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && bytes[at - 1] === 0x20) at--;
  return at;
}

function textPredicate(
  collationName: string,
  sides: Sides,
  read: Read<string>,
  general: Predicate,
  layout: RowLayout,
): Predicate | undefined {
  const { slot, column } = sides.column;
  const reader = layout.columnReader(slot, column);
  if (reader.encoding !== "field") return undefined;
  const collation = collationByName(collationName);
  const equality = sides.operator === "=" || sides.operator === "<>";
  const folded = equality && !collation.binary ? foldedEquality(collationName) : undefined;
  const wanted = sides.operator === "=";
  const { operator } = sides;
  const mark = new ExecutionMark();
  let constant: Uint8Array | null = null;
  let constantEnd = 0;
  let plainAscii = false;
  const prepare = (frame: Frame): void => {
    const value = read(frame);
    constant = value === null ? null : Buffer.from(value, "utf8");
    constantEnd = constant === null ? 0 : constant.length;
    if (constant !== null && collation.padSpace && equality)
      constantEnd = trimmedEnd(constant, 0, constantEnd);
    plainAscii = folded !== undefined && constant !== null && folded.isPlain(constant, 0, constantEnd);
    mark.set(frame);
  };
  return (frame) => {
    if (!mark.isCurrent(frame)) prepare(frame);
    if (constant === null) return false;
    const row = frame.slots[slot] as RowSlot;
    if (!row.present) return false;
    const state = reader.locate(row);
    if (state !== 1) return state === 2 && general(frame);
    const { bytes, start } = reader;
    if (equality && collation.binary) {
      const end = collation.padSpace ? trimmedEnd(bytes, start, reader.end) : reader.end;
      return (compareRanges(bytes, start, end, constant, 0, constantEnd) === 0) === wanted;
    }
    if (plainAscii && folded !== undefined) {
      const end = collation.padSpace ? trimmedEnd(bytes, start, reader.end) : reader.end;
      const same = folded.compare(bytes, start, end, constant, constantEnd);
      if (same >= 0) return (same === 1) === wanted;
    }
    return satisfies(operator, collation.compareUtf8(bytes, start, reader.end, constant, 0, constant.length));
  };
}

function bytesPredicate(
  sides: Sides,
  read: Read<Uint8Array>,
  general: Predicate,
  layout: RowLayout,
): Predicate | undefined {
  const { slot, column } = sides.column;
  const reader = layout.columnReader(slot, column);
  if (reader.encoding !== "field") return undefined;
  const { operator } = sides;
  const mark = new ExecutionMark();
  let constant: Uint8Array | null = null;
  return (frame) => {
    if (!mark.isCurrent(frame)) {
      constant = read(frame);
      mark.set(frame);
    }
    if (constant === null) return false;
    const row = frame.slots[slot] as RowSlot;
    if (!row.present) return false;
    const state = reader.locate(row);
    if (state !== 1) return state === 2 && general(frame);
    return satisfies(
      operator,
      compareRanges(reader.bytes, reader.start, reader.end, constant, 0, constant.length),
    );
  };
}
