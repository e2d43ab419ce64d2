/**
 * Decides whether a condition `column operator value` can be answered by an index on the column, and finds where the
 * value lies among the column's values. The value is read as the comparison reads it, so an index gives the rows that
 * comparing row by row would give.
 */
import { assert } from "../../base/assert.ts";
import { collationByName } from "../../values/collation.ts";
import { type DateTime, dateOf } from "../../values/datetime.ts";
import type { DatetimeType, EnumType, IntegerType, SqlType } from "../../values/sql-type.ts";
import { parseTime } from "../../values/temporal-parse.ts";
import type { Value } from "../../values/value.ts";
import { type BoundExpression, type ComparisonRule, volatilityOf } from "../binder/bound-expression.ts";
import type { Evaluator, Frame } from "../executor/frame.ts";
import { readExactNumber } from "../expression/exact-number.ts";
import {
  readBytes,
  readComparedDateTime,
  readDecimal,
  readDouble,
  readInteger,
  readText,
  readTime,
} from "../expression/readers.ts";
import { type Place, placeAt } from "./key-place.ts";
import {
  DOUBLE_DIGITS,
  integerLimits,
  type PlaceOf,
  placeAmongDecimals,
  placeAmongDoubles,
  placeAmongFloats,
  placeAmongIntegers,
  placeDoubleAmongDecimals,
} from "./number-places.ts";
import {
  instantsOf,
  placeAmongDates,
  placeAmongDateTimes,
  placeAmongTimes,
  placeAmongTimestamps,
  placeOfInstant,
} from "./temporal-places.ts";

export type RangeEnd = "lower" | "upper";

export interface KeyConversion {
  /** The value as the comparison reads it; the methods below take that, and never NULL. */
  read(expression: BoundExpression, evaluate: Evaluator): Evaluator;
  /** The column's value that the value equals; undefined when there is none. */
  toEqual(value: Value, frame: Frame): Value | undefined;
  /** Another one that it may equal. */
  toOtherEqual?(value: Value, frame: Frame): Value | undefined;
  /** Absent: the column's order is not the comparison's. */
  place?(value: Value, frame: Frame, end: RangeEnd): Place;
  /** What the index gives for an equality, or a range, is exactly what the condition asks for. */
  readonly exactEqual: boolean;
  readonly exactRange: boolean;
}

type Read = KeyConversion["read"];

export function keyConversion(
  column: SqlType,
  value: BoundExpression,
  rule: ComparisonRule,
): KeyConversion | undefined {
  switch (column.kind) {
    case "integer":
      return integerConversion(column, value, rule);
    case "year":
      return rule.kind === "integer" ? yearConversion() : undefined;
    case "decimal":
      if (rule.kind === "integer" || rule.kind === "decimal") {
        return placed(readDecimal as Read, placeAmongDecimals(column));
      }
      return rule.kind === "double" && column.precision <= DOUBLE_DIGITS
        ? placed(readDouble, placeDoubleAmongDecimals(column))
        : undefined;
    case "float":
      if (rule.kind !== "double") return undefined;
      return placed(readDouble, column.name === "float" ? placeAmongFloats : placeAmongDoubles);
    case "string":
      return rule.kind === "text" && rule.collation === column.collation && value.type.kind !== "json"
        ? placed(readText as Read, placeAt)
        : undefined;
    case "binary":
      return rule.kind === "bytes" ? placed(readBytes as Read, placeAt) : undefined;
    case "enum":
      return enumConversion(column, rule);
    case "datetime":
      return isDateRule(rule) ? placed(readCompared, placeAmongDateTimes(column.fraction)) : undefined;
    case "timestamp":
      return isDateRule(rule) ? timestampConversion(column) : undefined;
    case "date":
      return isDateRule(rule) ? dateConversion() : undefined;
    case "time":
      return rule.kind === "time" ? timeConversion(value, column.fraction) : undefined;
    default:
      return undefined;
  }
}

const readCompared: Read = (expression, evaluate) => readComparedDateTime(expression, evaluate);

function isDateRule(rule: ComparisonRule): boolean {
  return rule.kind === "datetime" || rule.kind === "date";
}

function placed(read: Read, placeOf: PlaceOf): KeyConversion {
  return {
    read,
    toEqual: (value) => {
      const place = placeOf(value);
      return place.kind === "at" ? place.value : undefined;
    },
    place: placeOf,
    exactEqual: true,
    exactRange: true,
  };
}

function integerConversion(
  column: IntegerType,
  value: BoundExpression,
  rule: ComparisonRule,
): KeyConversion | undefined {
  const limits = integerLimits(column);
  const place = placeAmongIntegers(limits);
  const { low, high } = limits;
  switch (rule.kind) {
    case "integer":
      return {
        ...placed(readInteger, place),
        // The common case makes nothing.
        toEqual: (given) => ((given as number) >= low && (given as number) <= high ? given : undefined),
      };
    case "decimal":
      return placed(readDecimal as Read, place);
    case "double":
      if (volatilityOf(value) !== "row") return placed(readExactNumber, place);
      // Several big integers equal one double.
      return column.name === "bigint" ? undefined : placed(readDouble, place);
    default:
      return undefined;
  }
}

const YEAR_MIN = 1901;
const YEAR_MAX = 2155;

function yearConversion(): KeyConversion {
  const within = placeAmongIntegers({ low: 0, high: YEAR_MAX });
  return placed(readInteger, (value) => {
    const place = within(value);
    // Between the zero year and the first one there is none.
    return place.kind === "at" && place.value !== 0 && (place.value as number) < YEAR_MIN
      ? { kind: "above", value: 0 }
      : place;
  });
}

/** Text compares with the members' text, whose order is not that of their numbers. */
function enumConversion(column: EnumType, rule: ComparisonRule): KeyConversion | undefined {
  if (rule.kind === "integer") return placed(readInteger, placeAmongIntegers({ low: 0, high: 0xffff }));
  if (rule.kind !== "text") return undefined;
  const collation = collationByName(rule.collation);
  // 0 is the error value, which is shown as the empty text.
  const texts = ["", ...column.members];
  const keys = new Set(
    texts.map((text) => {
      const bytes = Buffer.from(text, "utf8");
      return collation.groupKey(bytes, 0, bytes.length);
    }),
  );
  if (keys.size < texts.length) return undefined;
  return {
    read: readText as Read,
    toEqual: (value) => {
      const index = texts.findIndex((text) => collation.compare(text, value as string) === 0);
      return index < 0 ? undefined : index;
    },
    exactEqual: true,
    exactRange: false,
  };
}

function dateConversion(): KeyConversion {
  return {
    ...placed(readCompared, placeAmongDates),
    toEqual: (value) => ((value as DateTime).timeOfDayMicros === 0 ? dateOf(value as DateTime) : undefined),
  };
}

/** Text that is no complete time compares with the time's text. */
function timeConversion(value: BoundExpression, fraction: number): KeyConversion {
  const isText = value.type.kind === "string" || value.type.kind === "binary";
  const conversion = placed(readTime, placeAmongTimes(fraction));
  if (!isText) return conversion;
  const { place } = conversion;
  assert(place !== undefined, "times are ordered");
  return {
    ...conversion,
    read: readCompleteTime,
    toEqual: (given, frame) => (given === INCOMPLETE_TIME ? undefined : conversion.toEqual(given, frame)),
    place: (given, frame, end) =>
      given === INCOMPLETE_TIME ? { kind: "unknown" } : place(given, frame, end),
    exactRange: false,
  };
}

/** Stands for text that is no complete time. */
const INCOMPLETE_TIME = "incomplete";

const readCompleteTime: Read = (expression, evaluate) => {
  const text = readText(expression, evaluate);
  return (frame) => {
    const written = text(frame);
    if (written === null) return null;
    const parsed = parseTime(written);
    return parsed === undefined || parsed.truncated ? INCOMPLETE_TIME : parsed.value;
  };
};

function timestampConversion({ fraction }: DatetimeType): KeyConversion {
  const equal = (end: 0 | 1) => (value: Value, frame: Frame) => {
    const local = value as DateTime;
    if (local.hasZeroPart) return local.isZero ? local : undefined;
    const place = placeOfInstant(instantsOf(local, frame.context)[end], fraction);
    return place.kind === "at" ? place.value : undefined;
  };
  return {
    read: readCompared,
    toEqual: equal(0),
    toOtherEqual: equal(1),
    place: (value, frame, end) =>
      placeAmongTimestamps(
        value as DateTime,
        fraction,
        end === "lower" ? "earliest" : "latest",
        frame.context,
      ),
    exactEqual: false,
    exactRange: false,
  };
}
