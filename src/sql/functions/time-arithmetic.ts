/** ADDTIME, SUBTIME and TIMEDIFF: times of day, and dates moved by them. */
import {
  type DateTime,
  formatDateTime,
  formatTime,
  MAX_TIME_MICROS,
  MICROS_PER_SECOND,
} from "../../values/datetime.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { Value } from "../../values/value.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import { datetimeType, fractionOf, isStringType, textType, timeType } from "../binder/types.ts";
import type { Evaluator, Frame } from "../executor/frame.ts";
import type { StatementContext } from "../executor/statement-context.ts";
import { type Read, readDateTime, readText, readTime } from "../expression/readers.ts";
import { addMicros, microsBetween } from "./calendar.ts";
import { boundCall, type FunctionDefinition } from "./function-definition.ts";

/** NULL with warning 1441: the date left the calendar. */
export function overflow(context: StatementContext): null {
  const error = sqlError("ER_DATETIME_FUNCTION_OVERFLOW", "datetime");
  context.warn("Warning", error.errno, error.message);
  return null;
}

/** Limits a time to the range of TIME, with a warning. */
export function clipTime(micros: number, context: StatementContext): number {
  if (Math.abs(micros) <= MAX_TIME_MICROS) return micros + 0;
  const error = sqlError("ER_TRUNCATED_WRONG_VALUE", "time", formatTime(micros, 0));
  context.warn("Warning", error.errno, error.message);
  return micros < 0 ? -MAX_TIME_MICROS : MAX_TIME_MICROS;
}

/** ADDTIME and SUBTIME: a time or a date and time, moved by a time. */
function timeAddition(name: "addtime" | "subtime", sign: 1 | -1): FunctionDefinition {
  return {
    name,
    minArguments: 2,
    maxArguments: 2,
    bind(args, environment) {
      const [left, right] = args as readonly [BoundExpression, BoundExpression];
      const fraction = Math.max(fractionOf(left), fractionOf(right));
      const { kind } = left.type;
      const type: SqlType =
        kind === "date" || kind === "datetime" || kind === "timestamp"
          ? datetimeType(fraction)
          : kind === "time"
            ? timeType(fraction)
            : textType(29, environment.connectionCollation);
      return boundCall({
        name,
        args,
        result: { type, nullable: true },
        build: ([a, b]) =>
          moveByTime({ left, type, sign }, a as Evaluator, readTimeOnly(right, b as Evaluator)),
      });
    },
  };
}

/** The moved-by operand must be a time: a date and time gives NULL. */
export function readTimeOnly(operand: BoundExpression, evaluate: Evaluator): Read<number> {
  const read = readTime(operand, evaluate);
  const { kind } = operand.type;
  if (kind === "date" || kind === "datetime" || kind === "timestamp") return () => null;
  if (!isStringType(operand.type)) return read;
  const text = readText(operand, evaluate);
  return (frame) => (isFullDate(text(frame)) ? null : read(frame));
}

function isFullDate(text: string | null): boolean {
  return text !== null && /^\s*\d{2,4}[^\w\s:.]\d{1,2}[^\w\s]\d{1,2}/.test(text);
}

interface MovePlan {
  readonly left: BoundExpression;
  readonly type: SqlType;
  readonly sign: 1 | -1;
}

function moveByTime({ left, type, sign }: MovePlan, evaluate: Evaluator, by: Read<number>): Evaluator {
  const asDate = readDateTime(left, evaluate);
  const asTime = readTime(left, evaluate);
  const asText = type.kind === "string" && isStringType(left.type) ? readText(left, evaluate) : undefined;
  const moveDate = (frame: Frame): DateTime | null => {
    const value = asDate(frame);
    const micros = value === null ? null : by(frame);
    if (value === null || micros === null || value.hasZeroPart) return null;
    return addMicros(value, micros * sign) ?? overflow(frame.context);
  };
  const moveTime = (frame: Frame): number | null => {
    const value = asTime(frame);
    const micros = value === null ? null : by(frame);
    return value === null || micros === null ? null : clipTime(value + micros * sign, frame.context);
  };
  if (type.kind === "datetime") return moveDate;
  if (type.kind === "time") return moveTime;
  return (frame): Value => {
    if (isFullDate(asText?.(frame) ?? null)) {
      const moved = moveDate(frame);
      return moved === null ? null : formatDateTime(moved, moved.microsecond === 0 ? 0 : 6);
    }
    const moved = moveTime(frame);
    return moved === null ? null : timeText(moved);
  };
}

function timeText(micros: number): string {
  const magnitude = Math.abs(micros);
  const seconds = Math.floor(magnitude / MICROS_PER_SECOND);
  const two = (value: number): string => String(value).padStart(2, "0");
  const fraction = magnitude % MICROS_PER_SECOND;
  const text = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${micros < 0 ? "-" : ""}${text}${fraction === 0 ? "" : `.${String(fraction).padStart(6, "0")}`}`;
}

/** TIMEDIFF: both times or both dates with times. */
const TIMEDIFF: FunctionDefinition = {
  name: "timediff",
  minArguments: 2,
  maxArguments: 2,
  bind(args) {
    const [left, right] = args as readonly [BoundExpression, BoundExpression];
    const type = timeType(Math.max(fractionOf(left), fractionOf(right)));
    return boundCall({
      name: "timediff",
      args,
      result: { type, nullable: true },
      build: ([a, b]) => {
        const first = readMoment(left, a as Evaluator);
        const second = readMoment(right, b as Evaluator);
        return (frame) => {
          const x = first(frame);
          const y = x === null ? null : second(frame);
          if (x === null || y === null || (typeof x === "number") !== (typeof y === "number")) return null;
          const difference =
            typeof x === "number" || typeof y === "number" ? Number(x) - Number(y) : microsBetween(y, x);
          return clipTime(difference, frame.context);
        };
      },
    });
  },
};

/** A time as a number of microseconds, a date and time as itself. */
function readMoment(operand: BoundExpression, evaluate: Evaluator): Read<number | DateTime> {
  const { kind } = operand.type;
  if (kind === "date" || kind === "datetime" || kind === "timestamp") return readDateTime(operand, evaluate);
  const time = readTime(operand, evaluate);
  if (!isStringType(operand.type)) return time;
  const date = readDateTime(operand, evaluate);
  const text = readText(operand, evaluate);
  return (frame) => (isFullDate(text(frame)) ? date(frame) : time(frame));
}

export const TIME_ARITHMETIC_FUNCTIONS: readonly FunctionDefinition[] = [
  timeAddition("addtime", 1),
  timeAddition("subtime", -1),
  TIMEDIFF,
];
