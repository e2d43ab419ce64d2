/** The current date and time, Unix timestamps, and time zones. */
import { systemClock } from "../../base/clock.ts";
import {
  type DateTime,
  dateOf,
  dateTimeFromMicros,
  MICROS_PER_DAY,
  MICROS_PER_SECOND,
  microsOfDateTime,
} from "../../values/datetime.ts";
import { type Decimal, decimalOf } from "../../values/decimal.ts";
import { sqlError } from "../../values/sql-error.ts";
import { findTimeZone } from "../../values/time-zone.ts";
import type { BoundExpression, Volatility } from "../binder/bound-expression.ts";
import { BIGINT, DATE, datetimeType, decimalType, fractionOf, textType, timeType } from "../binder/types.ts";
import type { Evaluator } from "../executor/frame.ts";
import type { StatementContext } from "../executor/statement-context.ts";
import { readDateTime, readDecimal, readText } from "../expression/readers.ts";
import { localNow, splitSeconds } from "../expression/temporal-conversion.ts";
import { formatByPattern } from "./date-format.ts";
import { boundCall, type FunctionDefinition, special } from "./function-definition.ts";

/** Digits of the second asked for by NOW(n). */
function digitsOf(name: string, args: readonly BoundExpression[]): number {
  const [digits] = args;
  if (digits === undefined) return 0;
  const value = digits.kind === "constant" ? Number(digits.value) : 0;
  if (value < 0 || value > 6) throw sqlError("ER_TOO_BIG_PRECISION", value, name, 6);
  return value;
}

/** Cuts (never rounds) to `digits` digits of the second. */
function cut(micros: number, digits: number): number {
  const unit = 10 ** (6 - digits);
  return Math.floor(micros / unit) * unit;
}

type Moment = (context: StatementContext, digits: number) => DateTime | number;

function current(
  name: string,
  kind: "date" | "time" | "datetime",
  moment: Moment,
  volatility: Volatility = "statement",
): FunctionDefinition {
  return {
    name,
    minArguments: 0,
    maxArguments: kind === "date" ? 0 : 1,
    bind(args) {
      const digits = digitsOf(name, args);
      const type = kind === "date" ? DATE : kind === "time" ? timeType(digits) : datetimeType(digits);
      return boundCall({
        name,
        args,
        volatility,
        result: { type, nullable: false },
        build: () => (frame) => moment(frame.context, digits),
      });
    },
  };
}

function localMicros(context: StatementContext): number {
  return context.nowMicros + context.timeZoneOffsetMicros(context.nowMicros);
}

function timeOfDay(micros: number): number {
  return micros - Math.floor(micros / MICROS_PER_DAY) * MICROS_PER_DAY;
}

const MICROS_PER_MILLISECOND = 1000;

function localSystemMicros(context: StatementContext): number {
  const micros = systemClock.now() * MICROS_PER_MILLISECOND;
  return micros + context.timeZoneOffsetMicros(micros);
}

/** The instant of a local date and time of the session's zone. */
function toEpochMicros(local: DateTime, context: StatementContext): number {
  const wall = microsOfDateTime(local);
  const guess = wall - context.timeZoneOffsetMicros(wall);
  return wall - context.timeZoneOffsetMicros(guess);
}

/** 3001-01-18 23:59:59 UTC, where MySQL's 64-bit timestamps end. */
const UNIX_SECONDS_MAX = 32536771199;

const UNIX_TIMESTAMP: FunctionDefinition = {
  name: "unix_timestamp",
  minArguments: 0,
  maxArguments: 1,
  bind(args) {
    const [operand] = args;
    if (operand === undefined) {
      return boundCall({
        name: "unix_timestamp",
        args,
        volatility: "statement",
        result: { type: BIGINT, nullable: false, displayLength: 12 },
        build: () => (frame) => Math.floor(frame.context.nowMicros / MICROS_PER_SECOND),
      });
    }
    const fraction = timestampFraction(operand);
    return boundCall({
      name: "unix_timestamp",
      args,
      result:
        fraction === 0
          ? { type: BIGINT, nullable: true, displayLength: 12 }
          : { type: decimalType(12 + fraction - 1, fraction), nullable: true },
      build: ([evaluate]) => {
        const read = readDateTime(operand, evaluate as Evaluator);
        return (frame) => {
          const value = read(frame);
          // Unreadable text has been warned about and counts as 0; NULL stays NULL.
          if (value === null && (evaluate as Evaluator)(frame) === null) return null;
          const micros = value === null || value.hasZeroPart ? -1 : toEpochMicros(value, frame.context);
          const inRange = micros >= 0 && micros < (UNIX_SECONDS_MAX + 1) * MICROS_PER_SECOND;
          if (fraction === 0) return inRange ? Math.floor(micros / MICROS_PER_SECOND) : 0;
          return inRange
            ? decimalOf(Math.floor(micros / 10 ** (6 - fraction)), fraction)
            : decimalOf(0, fraction);
        };
      },
    });
  },
};

/** Digits of a text's fraction when it is a date at all, else all six. */
function timestampFraction(operand: BoundExpression): number {
  if (operand.kind !== "constant" || typeof operand.value !== "string") return fractionOf(operand);
  return /^\s*\d/.test(operand.value) ? fractionOf(operand) : 6;
}

const FROM_UNIXTIME: FunctionDefinition = {
  name: "from_unixtime",
  minArguments: 1,
  maxArguments: 2,
  bind(args, environment) {
    const [operand, format] = args as readonly [BoundExpression, BoundExpression | undefined];
    const fraction = operand.type.kind === "string" ? 6 : fractionOf(operand);
    return boundCall({
      name: "from_unixtime",
      args,
      result: {
        type: format === undefined ? datetimeType(fraction) : textType(255, environment.connectionCollation),
        nullable: true,
      },
      build: ([evaluate, evaluateFormat]) => {
        const read = readDecimal(operand, evaluate as Evaluator);
        const pattern = format === undefined ? undefined : readText(format, evaluateFormat as Evaluator);
        return (frame) => {
          const value: Decimal | null = read(frame);
          if (value === null || value.isNegative) return null;
          const { whole, microsecond } = splitSeconds(value);
          if (whole > UNIX_SECONDS_MAX) return null;
          const utc = whole * MICROS_PER_SECOND + microsecond;
          const local = dateTimeFromMicros(utc + frame.context.timeZoneOffsetMicros(utc));
          if (pattern === undefined) return local;
          const text = pattern(frame);
          return text === null ? null : formatByPattern(local, text);
        };
      },
    });
  },
};

const CONVERT_TZ = special(
  "convert_tz",
  [3, 3],
  (args) => ({ type: datetimeType(fractionOf(args[0] as BoundExpression)), nullable: true }),
  ([a, b, c], args) => {
    const [value, from, to] = args as readonly [BoundExpression, BoundExpression, BoundExpression];
    const read = readDateTime(value, a as Evaluator);
    const source = readText(from, b as Evaluator);
    const target = readText(to, c as Evaluator);
    return (frame) => {
      const local = read(frame);
      const fromName = source(frame);
      const toName = target(frame);
      if (local === null || fromName === null || toName === null || local.hasZeroPart) return null;
      const fromZone = findTimeZone(fromName);
      const toZone = findTimeZone(toName);
      if (fromZone === undefined || toZone === undefined) return null;
      const wall = microsOfDateTime(local);
      // In the gap of a clock put forward the time counts as if the clock had not been.
      const utc = fromZone.toEpoch(wall) ?? wall - fromZone.offsetAt(wall - fromZone.offsetAt(wall));
      const offset = toZone.offsetAt(utc);
      // Outside the range of TIMESTAMP the value stays as it is.
      const inRange = utc > 0 && utc < (UNIX_SECONDS_MAX + 1) * MICROS_PER_SECOND;
      return inRange ? dateTimeFromMicros(utc + offset) : local;
    };
  },
);

export const TEMPORAL_NOW_FUNCTIONS: readonly FunctionDefinition[] = [
  current("now", "datetime", (context, digits) => dateTimeFromMicros(cut(localMicros(context), digits))),
  current(
    "sysdate",
    "datetime",
    (context, digits) => dateTimeFromMicros(cut(localSystemMicros(context), digits)),
    "row",
  ),
  current("curdate", "date", (context) => dateOf(localNow(context))),
  current("curtime", "time", (context, digits) => cut(timeOfDay(localMicros(context)), digits)),
  current("utc_date", "date", (context) => dateOf(dateTimeFromMicros(context.nowMicros))),
  current("utc_time", "time", (context, digits) => cut(timeOfDay(context.nowMicros), digits)),
  current("utc_timestamp", "datetime", (context, digits) =>
    dateTimeFromMicros(cut(context.nowMicros, digits)),
  ),
  UNIX_TIMESTAMP,
  FROM_UNIXTIME,
  CONVERT_TZ,
];
