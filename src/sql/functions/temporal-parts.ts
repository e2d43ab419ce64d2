/** Functions that take dates and times apart: YEAR, WEEK, EXTRACT, DAYNAME, TO_DAYS … */
import { DateTime, daysInMonth, MICROS_PER_SECOND } from "../../values/datetime.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { IntervalUnit } from "../ast/expression.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { BindEnvironment } from "../binder/name-scope.ts";
import { BIGINT, DATE, isStringType, textType, YEAR } from "../binder/types.ts";
import type { Evaluator } from "../executor/frame.ts";
import type { StatementContext } from "../executor/statement-context.ts";
import { readDateTime, readInteger, readText, readTime } from "../expression/readers.ts";
import { dayNumberOf, dayOfYear, weekday, weekOf } from "./calendar.ts";
import { checkedDate } from "./cast.ts";
import {
  boundCall,
  type FunctionDefinition,
  type ResultShape,
  scalar,
  special,
} from "./function-definition.ts";
import { DAY_NAMES, MONTH_NAMES } from "./temporal-names.ts";

function count(displayLength: number): ResultShape {
  return { type: BIGINT, nullable: true, displayLength };
}

function name(longest: number) {
  return (_: readonly BoundExpression[], environment: BindEnvironment): ResultShape => ({
    type: textType(longest, environment.connectionCollation),
    nullable: true,
  });
}

/** A part that any date has, zero parts included. */
function part(
  functionName: string,
  width: number,
  body: (value: DateTime) => number | null,
  shape?: ResultShape,
): FunctionDefinition {
  return scalar(functionName, ["calendar"], shape ?? count(width), (context, value) =>
    isZeroDateRefused(value, context) ? null : body(value),
  );
}

/** 0000-00-00 under NO_ZERO_DATE. */
function isZeroDateRefused(value: DateTime, context: StatementContext): boolean {
  if (!value.isZero || !context.sqlMode.has("NO_ZERO_DATE")) return false;
  const error = sqlError("ER_TRUNCATED_WRONG_VALUE", "date", "0000-00-00");
  context.warn("Warning", error.errno, error.message);
  return true;
}

/** A part that only a day of the calendar has: NULL for partial dates. */
function dayPart(
  functionName: string,
  width: number,
  body: (value: DateTime) => number | null,
): FunctionDefinition {
  return scalar(functionName, ["calendar"], count(width), (context, value) =>
    isDay(value, context) ? body(value) : null,
  );
}

function isDay(value: DateTime, context: StatementContext): boolean {
  if (!value.hasZeroPart) return true;
  checkedDate(value, "date", context);
  return false;
}

/** HOUR, MINUTE, SECOND and MICROSECOND work on times, also beyond 24 hours. */
function timePart(functionName: string, width: number, body: (micros: number) => number): FunctionDefinition {
  return scalar(functionName, ["time"], count(width), (_, micros) => body(Math.abs(micros)));
}

const WEEK: FunctionDefinition = {
  name: "week",
  minArguments: 1,
  maxArguments: 2,
  bind: (args, environment) =>
    bindWeek("week", args, environment.defaultWeekFormat, (value, mode) => weekOf(value, mode).week),
};

const YEARWEEK: FunctionDefinition = {
  name: "yearweek",
  minArguments: 1,
  maxArguments: 2,
  bind: (args) =>
    bindWeek("yearweek", args, 0, (value, mode) => {
      const { week, year } = weekOf(value, mode | 2);
      return year * 100 + week;
    }),
};

function bindWeek(
  functionName: string,
  args: readonly BoundExpression[],
  defaultMode: number,
  body: (value: DateTime, mode: number) => number,
): BoundExpression {
  const [date, mode] = args as readonly [BoundExpression, BoundExpression | undefined];
  return boundCall({
    name: functionName,
    args,
    result: count(functionName === "week" ? 2 : 6),
    build: ([evaluate, evaluateMode]) => {
      const read = readDateTime(date, evaluate as Evaluator, true);
      const readMode = mode === undefined ? undefined : readInteger(mode, evaluateMode as Evaluator);
      return (frame) => {
        const value = read(frame);
        if (value === null || !isDay(value, frame.context)) return null;
        // A NULL mode counts as 0.
        const chosen = readMode === undefined ? defaultMode : Number(readMode(frame) ?? 0);
        return body(value, chosen);
      };
    },
  });
}

/** Digits of each part when a compound EXTRACT puts them together. */
function extractDate(unit: IntervalUnit, value: DateTime): number | undefined {
  switch (unit) {
    case "year":
      return value.year;
    case "quarter":
      return Math.ceil(value.month / 3);
    case "month":
      return value.month;
    case "year_month":
      return value.year * 100 + value.month;
    case "day":
      return value.day;
    default:
      return undefined;
  }
}

function extractTime(unit: IntervalUnit, micros: number, days: number): number {
  const magnitude = Math.abs(micros);
  const microsecond = magnitude % MICROS_PER_SECOND;
  const seconds = Math.floor(magnitude / MICROS_PER_SECOND);
  const [hour, minute, second] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  switch (unit) {
    case "hour":
      return hour;
    case "minute":
      return minute;
    case "second":
      return second;
    case "microsecond":
      return microsecond;
    case "day_hour":
      return days * 100 + hour;
    case "day_minute":
      return days * 10000 + hour * 100 + minute;
    case "day_second":
      return days * 1000000 + hour * 10000 + minute * 100 + second;
    case "day_microsecond":
      return (days * 1000000 + hour * 10000 + minute * 100 + second) * 1000000 + microsecond;
    case "hour_minute":
      return hour * 100 + minute;
    case "hour_second":
      return hour * 10000 + minute * 100 + second;
    case "hour_microsecond":
      return (hour * 10000 + minute * 100 + second) * 1000000 + microsecond;
    case "minute_second":
      return minute * 100 + second;
    case "minute_microsecond":
      return (minute * 100 + second) * 1000000 + microsecond;
    case "second_microsecond":
      return second * 1000000 + microsecond;
    default:
      return 0;
  }
}

/** EXTRACT(unit FROM x): date units read a date, time units a time; a TIME's days are its hours / 24. */
const EXTRACT: FunctionDefinition = {
  name: "extract",
  minArguments: 2,
  maxArguments: 2,
  bind(args) {
    const [unitNode, operand] = args as readonly [BoundExpression, BoundExpression];
    const unit = (unitNode.kind === "constant" ? unitNode.value : "day") as IntervalUnit;
    return boundCall({
      name: "extract",
      args,
      result: count(unit.endsWith("microsecond") ? 20 : 11),
      build: ([, evaluate]) => {
        const value = evaluate as Evaluator;
        if (unit === "week") {
          const read = readDateTime(operand, value);
          return (frame) => {
            const date = read(frame);
            if (date === null || !isDay(date, frame.context)) return null;
            return weekOf(
              date,
              Number(frame.context.getSystemVariable("default_week_format", "session") ?? 0),
            ).week;
          };
        }
        if (extractDate(unit, new DateTime(1, 1, 1)) !== undefined) {
          const read = readDateTime(operand, value);
          return (frame) => {
            const date = read(frame);
            return date === null ? null : (extractDate(unit, date) ?? null);
          };
        }
        return unit.startsWith("day_")
          ? extractDays(unit, operand, value)
          : extractFromTime(unit, operand, value);
      },
    });
  },
};

function extractFromTime(unit: IntervalUnit, operand: BoundExpression, evaluate: Evaluator): Evaluator {
  const read = readTime(operand, evaluate);
  const text = isStringType(operand.type) ? readText(operand, evaluate) : undefined;
  return (frame) => {
    // A date without a time of day has only zeros here.
    if (text !== undefined && /^\s*\d{4}-\d{1,2}-\d{1,2}\s*$/.test(text(frame) ?? "")) return 0;
    const micros = read(frame);
    if (micros === null) return null;
    return extractTime(unit, micros, 0) * (micros < 0 ? -1 : 1) + 0;
  };
}

function extractDays(unit: IntervalUnit, operand: BoundExpression, evaluate: Evaluator): Evaluator {
  const { kind } = operand.type;
  if (kind === "time") {
    const read = readTime(operand, evaluate);
    return (frame) => {
      const micros = read(frame);
      return micros === null ? null : extractTime(unit, micros, 0) * (micros < 0 ? -1 : 1) + 0;
    };
  }
  const read = readDateTime(operand, evaluate);
  return (frame) => {
    const value = read(frame);
    return value === null ? null : extractTime(unit, value.timeOfDayMicros, value.day);
  };
}

const SECONDS_PER_DAY = 86400;

export const TEMPORAL_PART_FUNCTIONS: readonly FunctionDefinition[] = [
  WEEK,
  YEARWEEK,
  EXTRACT,
  part("year", 5, (value) => value.year, { type: YEAR, nullable: true }),
  part("month", 3, (value) => value.month),
  part("dayofmonth", 3, (value) => value.day),
  part("quarter", 2, (value) => Math.ceil(value.month / 3)),
  dayPart("dayofyear", 4, dayOfYear),
  dayPart("dayofweek", 2, (value) => ((weekday(dayNumberOf(value)) + 1) % 7) + 1),
  dayPart("weekday", 2, (value) => weekday(dayNumberOf(value))),
  dayPart("weekofyear", 2, (value) => weekOf(value, 3).week),
  dayPart("to_days", 7, dayNumberOf),
  dayPart(
    "to_seconds",
    12,
    (value) => dayNumberOf(value) * SECONDS_PER_DAY + Math.floor(value.timeOfDayMicros / MICROS_PER_SECOND),
  ),
  timePart("hour", 3, (micros) => Math.floor(micros / (3600 * MICROS_PER_SECOND))),
  timePart("minute", 3, (micros) => Math.floor(micros / (60 * MICROS_PER_SECOND)) % 60),
  timePart("second", 3, (micros) => Math.floor(micros / MICROS_PER_SECOND) % 60),
  timePart("microsecond", 7, (micros) => micros % MICROS_PER_SECOND),
  scalar("monthname", ["calendar"], name(9), (_, value) => MONTH_NAMES[value.month - 1] ?? null),
  scalar("dayname", ["calendar"], name(9), (context, value) =>
    isDay(value, context) ? (DAY_NAMES[weekday(dayNumberOf(value))] ?? null) : null,
  ),
  scalar("last_day", ["calendar"], { type: DATE, nullable: true }, (context, value) => {
    if (value.month === 0) {
      checkedDate(value, "date", context);
      return null;
    }
    return new DateTime(value.year, value.month, daysInMonth(value.year, value.month));
  }),
  special("time_to_sec", [1, 1], count(10), ([evaluate], [operand]) => {
    const read = readTime(operand as BoundExpression, evaluate as Evaluator);
    return (frame) => {
      const micros = read(frame);
      return micros === null ? null : Math.trunc(micros / MICROS_PER_SECOND) + 0;
    };
  }),
];
