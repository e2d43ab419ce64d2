/** Adding and subtracting dates, times and intervals. */
import {
  DateTime,
  dateFromDayNumber,
  daysInMonth,
  formatDate,
  formatDateTime,
  MAX_DAY_NUMBER,
  MAX_TIME_MICROS,
  MICROS_PER_DAY,
  MICROS_PER_SECOND,
} from "../../values/datetime.ts";
import type { Decimal } from "../../values/decimal.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import { LENIENT_DATES, parseDateTime } from "../../values/temporal-parse.ts";
import type { IntervalUnit } from "../ast/expression.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { BindEnvironment } from "../binder/name-scope.ts";
import { BIGINT, DATE, datetimeType, fractionOf, isStringType, textType, timeType } from "../binder/types.ts";
import type { Evaluator } from "../executor/frame.ts";
import {
  type Read,
  readDateTime,
  readDecimal,
  readInteger,
  readText,
  readTime,
} from "../expression/readers.ts";
import { splitSeconds } from "../expression/temporal-conversion.ts";
import {
  addMicros,
  addSpan,
  compoundSpan,
  dateOfYearDay,
  dayNumberOf,
  hasMicroseconds,
  isCompoundUnit,
  isDateUnit,
  microsBetween,
  monthsBetween,
  type Span,
  simpleSpan,
} from "./calendar.ts";
import { checkedDate } from "./cast.ts";
import {
  boundCall,
  type FunctionDefinition,
  type ResultShape,
  scalar,
  special,
} from "./function-definition.ts";
import { clipTime, overflow, readTimeOnly } from "./time-arithmetic.ts";

function unitOf(node: BoundExpression): IntervalUnit {
  return (node.kind === "constant" ? node.value : "day") as IntervalUnit;
}

/** Reads the amount of an INTERVAL. */
function readSpan(
  unit: IntervalUnit,
  amount: BoundExpression,
  evaluate: Evaluator,
  subtract: boolean,
): Read<Span> {
  const sign = subtract ? -1 : 1;
  const signed = (span: Span): Span => ({ months: span.months * sign, micros: span.micros * sign });
  if (isCompoundUnit(unit)) {
    const read = readText(amount, evaluate);
    return (frame) => {
      const text = read(frame);
      return text === null ? null : signed(compoundSpan(unit, text));
    };
  }
  if (unit === "second" && amount.type.kind !== "integer") {
    const read = readDecimal(amount, evaluate);
    return (frame) => {
      const value: Decimal | null = read(frame);
      if (value === null) return null;
      const { whole, microsecond } = splitSeconds(value);
      return signed(simpleSpan(unit, whole, value.isNegative ? -microsecond : microsecond));
    };
  }
  const read = readInteger(amount, evaluate);
  return (frame) => {
    const value = read(frame);
    return value === null ? null : signed(simpleSpan(unit, Number(value), 0));
  };
}

function spanFraction(unit: IntervalUnit, amount: BoundExpression): number {
  if (hasMicroseconds(unit)) return 6;
  return unit === "second" ? fractionOf(amount) : 0;
}

function dateAddType(
  operand: BoundExpression,
  unit: IntervalUnit,
  amount: BoundExpression,
  environment: BindEnvironment,
): SqlType {
  const fraction = Math.max(
    spanFraction(unit, amount),
    "fraction" in operand.type ? operand.type.fraction : 0,
  );
  switch (operand.type.kind) {
    case "date":
      return isDateUnit(unit) ? DATE : datetimeType(fraction);
    case "datetime":
    case "timestamp":
      return datetimeType(fraction);
    case "time":
      return isDateUnit(unit) || unit.startsWith("day_") ? datetimeType(fraction) : timeType(fraction);
    default:
      return textType(29, environment.connectionCollation);
  }
}

/** `date_add(operand, amount, unit, subtract)`: the parser's form of all date ± interval spellings. */
const DATE_ADD: FunctionDefinition = {
  name: "date_add",
  minArguments: 4,
  maxArguments: 4,
  bind(args, environment) {
    const [operand, amount, unitNode, sign] = args as readonly [
      BoundExpression,
      BoundExpression,
      BoundExpression,
      BoundExpression,
    ];
    const unit = unitOf(unitNode);
    const type = dateAddType(operand, unit, amount, environment);
    const subtract = sign.kind === "constant" && sign.value === 1;
    return boundCall({
      name: "date_add",
      args,
      result: { type, nullable: true },
      build: ([a, b]) => {
        const span = readSpan(unit, amount, b as Evaluator, subtract);
        return addEvaluator({ operand, unit, type }, a as Evaluator, span);
      },
    });
  },
};

interface AddPlan {
  readonly operand: BoundExpression;
  readonly unit: IntervalUnit;
  readonly type: SqlType;
}

function addEvaluator({ operand, unit, type }: AddPlan, evaluate: Evaluator, span: Read<Span>): Evaluator {
  if (type.kind === "time") {
    const read = readTime(operand, evaluate);
    return (frame) => {
      const micros = read(frame);
      const by = micros === null ? null : span(frame);
      return micros === null || by === null ? null : clipTime(micros + by.micros, frame.context);
    };
  }
  const text = type.kind === "string" && isStringType(operand.type) ? readText(operand, evaluate) : undefined;
  const read = readDateTime(operand, evaluate);
  return (frame) => {
    const value = read(frame);
    const by = value === null ? null : span(frame);
    if (value === null || by === null) return null;
    if (value.hasZeroPart && (by.micros !== 0 || value.month === 0)) {
      checkedDate(value, "date", frame.context);
      return null;
    }
    const moved = addSpan(value, by);
    if (moved === undefined) return overflow(frame.context);
    if (type.kind !== "string") return moved;
    const hasTime = text === undefined ? value.timeOfDayMicros !== 0 : writtenWithTime(text(frame));
    if (!hasTime && isDateUnit(unit)) return formatDate(moved);
    return formatDateTime(moved, moved.microsecond === 0 ? 0 : 6);
  };
}

function writtenWithTime(text: string | null): boolean {
  return text !== null && parseDateTime(text, LENIENT_DATES)?.hasTime === true;
}

/** TIMESTAMPADD(unit, amount, operand) is DATE_ADD with the arguments in another order. */
const TIMESTAMPADD: FunctionDefinition = {
  name: "timestampadd",
  minArguments: 3,
  maxArguments: 3,
  bind(args, environment) {
    const [unit, amount, operand] = args as readonly [BoundExpression, BoundExpression, BoundExpression];
    const sign: BoundExpression = {
      kind: "constant",
      value: 0,
      type: BIGINT,
      nullable: false,
      coercibility: 5,
    };
    return DATE_ADD.bind([operand, amount, unit, sign], environment);
  },
};

const DIFFERENCE_MICROS: Readonly<Record<string, number>> = {
  week: 7 * MICROS_PER_DAY,
  day: MICROS_PER_DAY,
  hour: 3600 * MICROS_PER_SECOND,
  minute: 60 * MICROS_PER_SECOND,
  second: MICROS_PER_SECOND,
  microsecond: 1,
};
const DIFFERENCE_MONTHS: Readonly<Record<string, number>> = { month: 1, quarter: 3, year: 12 };

const TIMESTAMPDIFF = special(
  "timestampdiff",
  [3, 3],
  { type: BIGINT, nullable: true, displayLength: 21 },
  ([, a, b], args) => {
    const [unitNode, from, to] = args as readonly [BoundExpression, BoundExpression, BoundExpression];
    const unit = unitOf(unitNode);
    const first = readDateTime(from, a as Evaluator);
    const second = readDateTime(to, b as Evaluator);
    const months = DIFFERENCE_MONTHS[unit];
    return (frame) => {
      const x = first(frame);
      const y = x === null ? null : second(frame);
      if (x === null || y === null || x.hasZeroPart || y.hasZeroPart) return null;
      if (months !== undefined) return Math.trunc(monthsBetween(x, y) / months) + 0;
      return Math.trunc(microsBetween(x, y) / (DIFFERENCE_MICROS[unit] ?? 1)) + 0;
    };
  },
);

/** Errno of `… value is out of range in '…'` as a warning of date functions. */
const OUT_OF_RANGE_WARNING = 6527;

function dateInYearZero(days: number): DateTime {
  let month = 1;
  let day = days;
  while (day > daysInMonth(0, month)) day -= daysInMonth(0, month++);
  return new DateTime(0, month, day);
}

/** Text as a number of seconds always has six digits. */
function secondsFraction(operand: BoundExpression): number {
  return operand.type.kind === "string" ? 6 : fractionOf(operand);
}

const PERIOD_WIDTH: ResultShape = { type: BIGINT, displayLength: 6 };

function monthsOfPeriod(period: number): number | undefined {
  if (period <= 0) return undefined;
  const month = period % 100;
  let year = Math.floor(period / 100);
  if (month < 1 || month > 12) return undefined;
  if (year < 70) year += 2000;
  else if (year < 100) year += 1900;
  return year * 12 + month - 1;
}

function periodOfMonths(months: number): number {
  return Math.floor(months / 12) * 100 + (months % 12) + 1;
}

function wrongPeriod(name: string): Error {
  return sqlError("ER_WRONG_ARGUMENTS", name);
}

export const TEMPORAL_ARITHMETIC_FUNCTIONS: readonly FunctionDefinition[] = [
  DATE_ADD,
  TIMESTAMPADD,
  TIMESTAMPDIFF,
  scalar(
    "datediff",
    ["datetime", "datetime"],
    { type: BIGINT, nullable: true, displayLength: 7 },
    (context, left, right) => {
      for (const value of [left, right]) {
        if (value.hasZeroPart) {
          checkedDate(value, "date", context);
          return null;
        }
      }
      return dayNumberOf(left) - dayNumberOf(right);
    },
  ),
  scalar("period_add", ["count", "count"], PERIOD_WIDTH, (_, period, months) => {
    const start = monthsOfPeriod(period);
    if (start === undefined) throw wrongPeriod("period_add");
    return periodOfMonths(start + months);
  }),
  scalar("period_diff", ["count", "count"], PERIOD_WIDTH, (_, left, right) => {
    const [a, b] = [monthsOfPeriod(left), monthsOfPeriod(right)];
    if (a === undefined || b === undefined) throw wrongPeriod("period_diff");
    return a - b;
  }),
  scalar("makedate", ["count", "count"], { type: DATE, nullable: true }, (_, year, day) => {
    if (year < 0 || year > 9999) return null;
    const full = year < 70 ? year + 2000 : year < 100 ? year + 1900 : year;
    return dateOfYearDay(full, day) ?? null;
  }),
  special(
    "maketime",
    [3, 3],
    (args) => ({ type: timeType(fractionOf(args[2] as BoundExpression)), nullable: true }),
    ([h, m, s], args) => {
      const hours = readInteger(args[0] as BoundExpression, h as Evaluator);
      const minutes = readInteger(args[1] as BoundExpression, m as Evaluator);
      const seconds = readDecimal(args[2] as BoundExpression, s as Evaluator);
      return (frame) => {
        const hour = hours(frame);
        const minute = minutes(frame);
        const second = seconds(frame);
        if (hour === null || minute === null || second === null) return null;
        const { whole, microsecond } = splitSeconds(second);
        if (minute < 0 || minute > 59 || whole < 0 || whole > 59 || second.isNegative) return null;
        const magnitude =
          (Math.abs(Number(hour)) * 3600 + Number(minute) * 60 + whole) * MICROS_PER_SECOND + microsecond;
        return clipTime(hour < 0 ? -magnitude : magnitude, frame.context);
      };
    },
  ),
  special(
    "sec_to_time",
    [1, 1],
    ([operand]) => ({ type: timeType(secondsFraction(operand as BoundExpression)), nullable: true }),
    ([evaluate], [operand]) => {
      const read = readDecimal(operand as BoundExpression, evaluate as Evaluator);
      return (frame) => {
        const value = read(frame);
        if (value === null) return null;
        const { whole, microsecond } = splitSeconds(value);
        const micros = Math.abs(whole) * MICROS_PER_SECOND + microsecond;
        if (micros > MAX_TIME_MICROS) {
          const error = sqlError("ER_TRUNCATED_WRONG_VALUE", "time", value.toString());
          frame.context.warn("Warning", error.errno, error.message);
        }
        const clipped = Math.min(micros, MAX_TIME_MICROS);
        return value.isNegative ? -clipped : clipped;
      };
    },
  ),
  special("from_days", [1, 1], { type: DATE, nullable: true }, ([evaluate], [operand]) => {
    const read = readInteger(operand as BoundExpression, evaluate as Evaluator);
    return (frame) => {
      const value = read(frame);
      if (value === null) return null;
      const days = Number(value);
      if (days >= 1 && days <= 365) return dateInYearZero(days);
      if (days >= 1 && days <= MAX_DAY_NUMBER) return dateFromDayNumber(days);
      const message = `DATE value is out of range in 'from_days(${days})'`;
      frame.context.warn("Warning", OUT_OF_RANGE_WARNING, message);
      return null;
    };
  }),
  special(
    "timestamp",
    [1, 2],
    (args) => ({ type: datetimeType(Math.max(...args.map(fractionOf))), nullable: true }),
    ([a, b], args) => {
      const [date, time] = args as readonly [BoundExpression, BoundExpression | undefined];
      const first = readDateTime(date, a as Evaluator);
      if (time === undefined || b === undefined) {
        return (frame) => {
          const value = first(frame);
          return value === null ? null : checkedDate(value, "datetime", frame.context);
        };
      }
      const second = readTimeOnly(time, b);
      return (frame) => {
        const value = first(frame);
        const micros = value === null ? null : second(frame);
        if (value === null || micros === null || value.hasZeroPart) return null;
        return addMicros(value, micros) ?? overflow(frame.context);
      };
    },
  ),
];
