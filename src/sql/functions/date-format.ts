/** DATE_FORMAT, TIME_FORMAT, STR_TO_DATE and GET_FORMAT: MySQL's % patterns. */
import {
  DateTime,
  dateFromDayNumber,
  dayNumber,
  MAX_TIME_MICROS,
  MICROS_PER_SECOND,
} from "../../values/datetime.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import { isDateAllowed, LENIENT_DATES } from "../../values/temporal-parse.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { BindEnvironment } from "../binder/name-scope.ts";
import { DATE, datetimeType, displayWidth, fractionOf, textType, timeType } from "../binder/types.ts";
import type { Evaluator } from "../executor/frame.ts";
import { readDateTime, readText, readTime } from "../expression/readers.ts";
import { dateOfYearDay, dayNumberOf, dayOfYear, weekday, weekOf } from "./calendar.ts";
import { checkedDate } from "./cast.ts";
import { boundCall, type FunctionDefinition, scalar, special } from "./function-definition.ts";
import { DAY_NAMES, MONTH_NAMES } from "./temporal-names.ts";

function padded(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

function ordinal(day: number): string {
  if (day >= 10 && day <= 19) return `${day}th`;
  return `${day}${["th", "st", "nd", "rd"][day % 10] ?? "th"}`;
}

/** `hour` may exceed 23 for times. Undefined: the pattern asks for what the value does not have. */
function formatSpecifier(specifier: string, value: DateTime, hour: number): string | undefined {
  const day = hour % 24;
  const hour12 = day % 12 === 0 ? 12 : day % 12;
  switch (specifier) {
    case "M":
      return MONTH_NAMES[value.month - 1];
    case "b":
      return MONTH_NAMES[value.month - 1]?.slice(0, 3);
    case "W":
      return value.hasZeroPart ? undefined : DAY_NAMES[weekday(dayNumberOf(value))];
    case "a":
      return value.hasZeroPart ? undefined : DAY_NAMES[weekday(dayNumberOf(value))]?.slice(0, 3);
    case "D":
      return ordinal(value.day);
    case "Y":
      return padded(value.year, 4);
    case "y":
      return padded(value.year % 100, 2);
    case "m":
      return padded(value.month, 2);
    case "c":
      return String(value.month);
    case "d":
      return padded(value.day, 2);
    case "e":
      return String(value.day);
    case "f":
      return padded(value.microsecond, 6);
    case "H":
      return padded(hour, 2);
    case "k":
      return String(hour);
    case "h":
    case "I":
      return padded(hour12, 2);
    case "l":
      return String(hour12);
    case "i":
      return padded(value.minute, 2);
    case "j":
      return value.hasZeroPart ? undefined : padded(dayOfYear(value), 3);
    case "p":
      return day < 12 ? "AM" : "PM";
    case "r":
      return `${padded(hour12, 2)}:${padded(value.minute, 2)}:${padded(value.second, 2)} ${day < 12 ? "AM" : "PM"}`;
    case "S":
    case "s":
      return padded(value.second, 2);
    case "T":
      return `${padded(hour, 2)}:${padded(value.minute, 2)}:${padded(value.second, 2)}`;
    case "U":
      return padded(weekOf(value, 0).week, 2);
    case "u":
      return padded(weekOf(value, 1).week, 2);
    case "V":
      return padded(weekOf(value, 2).week, 2);
    case "v":
      return padded(weekOf(value, 3).week, 2);
    case "X":
      return padded(weekOf(value, 2).year, 4);
    case "x":
      return padded(weekOf(value, 3).year, 4);
    case "w":
      return value.hasZeroPart ? undefined : String((weekday(dayNumberOf(value)) + 1) % 7);
    default:
      return specifier;
  }
}

/** DATE_FORMAT: NULL when a name is asked for that a partial date does not have. */
export function formatByPattern(value: DateTime, pattern: string, hour: number = value.hour): string | null {
  let text = "";
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i] as string;
    if (character !== "%" || i + 1 === pattern.length) {
      text += character;
      continue;
    }
    const part = formatSpecifier(pattern[++i] as string, value, hour);
    if (part === undefined) return null;
    text += part;
  }
  return text;
}

/** What a STR_TO_DATE pattern can give. */
function patternType(pattern: string | undefined): SqlType {
  if (pattern === undefined) return datetimeType(6);
  const letters = [...pattern.matchAll(/%(.)/g)].map((match) => match[1] as string);
  const hasDate = letters.some((letter) => "MVUXYWabcdejmuvxwyD".includes(letter));
  const hasTime = letters.some((letter) => "fHIThiSsprkl".includes(letter));
  const fraction = letters.includes("f") ? 6 : 0;
  if (hasDate && hasTime) return datetimeType(fraction);
  return hasTime ? timeType(fraction) : hasDate ? DATE : datetimeType(fraction);
}

interface ParsedParts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  microsecond: number;
  pm: boolean | undefined;
  dayOfYear: number;
  week: number;
  weekYear: number;
  weekday: number;
  weekMode: "U" | "u" | "V" | "v" | undefined;
}

class PatternReader {
  readonly parts: ParsedParts = {
    year: 0,
    month: 0,
    day: 0,
    hour: 0,
    minute: 0,
    second: 0,
    microsecond: 0,
    pm: undefined,
    dayOfYear: 0,
    week: -1,
    weekYear: -1,
    weekday: 0,
    weekMode: undefined,
  };
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#text.slice(this.#at).trim() === "";
  }

  /** Reads the text by a pattern; false when it does not fit. */
  read(pattern: string): boolean {
    for (let i = 0; i < pattern.length; i++) {
      const character = pattern[i] as string;
      if (/\s/.test(character)) {
        this.#skipBlanks();
        continue;
      }
      if (this.#at >= this.#text.length) return true;
      if (character !== "%" || i + 1 === pattern.length) {
        this.#skipBlanks();
        if (this.#text[this.#at] !== character) return false;
        this.#at++;
      } else if (!this.#specifier(pattern[++i] as string)) return false;
    }
    return true;
  }

  #skipBlanks(): void {
    while (this.#at < this.#text.length && /\s/.test(this.#text[this.#at] as string)) this.#at++;
  }

  #number(digits: number): number | undefined {
    const match = /^\d+/.exec(this.#text.slice(this.#at, this.#at + digits));
    if (match === null) return undefined;
    this.#at += match[0].length;
    return Number(match[0]);
  }

  #name(names: readonly string[], length?: number): number | undefined {
    const rest = this.#text.slice(this.#at).toLowerCase();
    const found = names.findIndex((name) => rest.startsWith(name.slice(0, length).toLowerCase()));
    if (found < 0) return undefined;
    this.#at += (names[found] as string).slice(0, length).length;
    return found;
  }

  #set(field: keyof ParsedParts, value: number | undefined, limits?: readonly [number, number]): boolean {
    if (value === undefined || (limits !== undefined && (value < limits[0] || value > limits[1])))
      return false;
    Object.assign(this.parts, { [field]: value });
    return true;
  }

  #specifier(specifier: string): boolean {
    this.#skipBlanks();
    switch (specifier) {
      case "Y": {
        const from = this.#at;
        const year = this.#number(4);
        const short = this.#at - from <= 2 && year !== undefined;
        return this.#set("year", short ? twoDigitYear(year) : year);
      }
      case "y": {
        const year = this.#number(2);
        return this.#set("year", year === undefined ? undefined : twoDigitYear(year));
      }
      case "m":
      case "c":
        return this.#set("month", this.#number(2), [0, 12]);
      case "M":
        return this.#set("month", next(this.#name(MONTH_NAMES)));
      case "b":
        return this.#set("month", next(this.#name(MONTH_NAMES, 3)));
      case "d":
      case "e":
        return this.#set("day", this.#number(2), [0, 31]);
      case "D": {
        const day = this.#number(2);
        this.#at += 2;
        return this.#set("day", day, [0, 31]);
      }
      case "h":
      case "I":
      case "l":
        this.parts.pm ??= false;
        return this.#set("hour", this.#number(2), [1, 12]);
      case "H":
      case "k":
        return this.#set("hour", this.#number(2), [0, 23]);
      case "i":
        return this.#set("minute", this.#number(2), [0, 59]);
      case "S":
      case "s":
        return this.#set("second", this.#number(2), [0, 59]);
      case "f": {
        const from = this.#at;
        const value = this.#number(6);
        return this.#set(
          "microsecond",
          value === undefined ? undefined : value * 10 ** (6 - (this.#at - from)),
        );
      }
      case "p": {
        const word = this.#text.slice(this.#at, this.#at + 2).toLowerCase();
        if (word !== "am" && word !== "pm") return false;
        this.#at += 2;
        this.parts.pm = word === "pm";
        return true;
      }
      case "W":
        return this.#set("weekday", next(this.#name(DAY_NAMES)));
      case "a":
        return this.#set("weekday", next(this.#name(DAY_NAMES, 3)));
      case "w": {
        const value = this.#number(1);
        return this.#set("weekday", value === 0 ? 7 : value, [1, 7]);
      }
      case "j":
        return this.#set("dayOfYear", this.#number(3), [1, 366]);
      case "U":
      case "u":
      case "V":
      case "v":
        this.parts.weekMode = specifier;
        return this.#set("week", this.#number(2), [0, 53]);
      case "X":
      case "x":
        return this.#set("weekYear", this.#number(4));
      case "r":
        return this.read("%I:%i:%S %p");
      case "T":
        return this.read("%H:%i:%S");
      case ".":
        return this.#skip(/^[!-/:-@[-`{-~]*/);
      case "@":
        return this.#skip(/^[A-Za-z]*/);
      case "#":
        return this.#skip(/^\d*/);
      case "%":
        if (this.#text[this.#at] !== "%") return false;
        this.#at++;
        return true;
      default:
        return false;
    }
  }

  #skip(pattern: RegExp): boolean {
    this.#at += pattern.exec(this.#text.slice(this.#at))?.[0].length ?? 0;
    return true;
  }
}

function twoDigitYear(year: number): number {
  return year < 70 ? year + 2000 : year < 100 ? year + 1900 : year;
}

function next(index: number | undefined): number | undefined {
  return index === undefined ? undefined : index + 1;
}

/** The date a week number and a weekday mean. */
function dateOfWeek(parts: ParsedParts): DateTime | undefined {
  const { weekMode } = parts;
  if (weekMode === undefined || parts.week < 0 || parts.weekday === 0) return undefined;
  const strict = weekMode === "V" || weekMode === "v";
  const year = strict ? parts.weekYear : parts.year;
  if (year < 0 || (strict && parts.week === 0)) return undefined;
  const sundayFirst = weekMode === "U" || weekMode === "V";
  const first = dayNumber(year, 1, 1);
  const start = (first + 5 + (sundayFirst ? 1 : 0)) % 7;
  let days: number;
  if (sundayFirst)
    days = first + ((start === 0 ? 0 : 7) - start) + (parts.week - 1) * 7 + (parts.weekday % 7);
  else days = first + ((start <= 3 ? 0 : 7) - start) + (parts.week - 1) * 7 + (parts.weekday - 1);
  return days > 365 ? dateFromDayNumber(days) : undefined;
}

/** STR_TO_DATE's reading of `text`; undefined when it does not fit the pattern. */
function parseByPattern(
  text: string,
  pattern: string,
): { readonly value: DateTime; readonly complete: boolean } | undefined {
  const reader = new PatternReader(text);
  if (!reader.read(pattern)) return undefined;
  const { parts } = reader;
  let { hour } = parts;
  if (parts.pm !== undefined) hour = (hour % 12) + (parts.pm ? 12 : 0);
  let { year, month, day } = parts;
  const derived = parts.dayOfYear > 0 ? dateOfYearDay(year, parts.dayOfYear) : dateOfWeek(parts);
  if (derived !== undefined) ({ year, month, day } = derived);
  const value = new DateTime(year, month, day, hour, parts.minute, parts.second, parts.microsecond);
  if (!isDateAllowed(value, LENIENT_DATES)) return undefined;
  return { value, complete: reader.atEnd };
}

const STR_TO_DATE: FunctionDefinition = {
  name: "str_to_date",
  minArguments: 2,
  maxArguments: 2,
  bind(args) {
    const [text, pattern] = args as readonly [BoundExpression, BoundExpression];
    const type = patternType(
      pattern.kind === "constant" && typeof pattern.value === "string" ? pattern.value : undefined,
    );
    return boundCall({
      name: "str_to_date",
      args,
      result: { type, nullable: true },
      build: ([a, b]) => {
        const readInput = readText(text, a as Evaluator);
        const readPattern = readText(pattern, b as Evaluator);
        return (frame) => {
          const input = readInput(frame);
          const wanted = readPattern(frame);
          if (input === null || wanted === null) return null;
          const parsed = parseByPattern(input, wanted);
          const kind = type.kind === "time" ? "time" : type.kind === "date" ? "datetime" : "datetime";
          if (parsed === undefined) {
            const error = sqlError("ER_WRONG_VALUE_FOR_TYPE", kind, input, "str_to_date");
            if (frame.context.strict) throw error;
            frame.context.warn("Warning", error.errno, error.message);
            return null;
          }
          if (!parsed.complete) {
            const truncated = sqlError(
              "ER_TRUNCATED_WRONG_VALUE",
              type.kind === "date" ? "date" : kind,
              input,
            );
            frame.context.warn("Warning", truncated.errno, truncated.message);
          }
          if (type.kind === "time") return Math.min(MAX_TIME_MICROS, parsed.value.timeOfDayMicros);
          const { value } = parsed;
          const zero = value.year === 0 && value.month === 0 && value.day === 0;
          const refused = frame.context.sqlMode.has(zero ? "NO_ZERO_DATE" : "NO_ZERO_IN_DATE");
          if (value.hasZeroPart && refused) {
            const error = sqlError("ER_WRONG_VALUE_FOR_TYPE", kind, input, "str_to_date");
            frame.context.warn("Warning", error.errno, error.message);
            return null;
          }
          return value;
        };
      },
    });
  },
};

const FORMATS: Readonly<Record<string, string>> = {
  "usa date": "%m.%d.%Y",
  "jis date": "%Y-%m-%d",
  "iso date": "%Y-%m-%d",
  "eur date": "%d.%m.%Y",
  "internal date": "%Y%m%d",
  "usa datetime": "%Y-%m-%d %H.%i.%s",
  "jis datetime": "%Y-%m-%d %H:%i:%s",
  "iso datetime": "%Y-%m-%d %H:%i:%s",
  "eur datetime": "%Y-%m-%d %H.%i.%s",
  "internal datetime": "%Y%m%d%H%i%s",
  "usa time": "%h:%i:%s %p",
  "jis time": "%H:%i:%s",
  "iso time": "%H:%i:%s",
  "eur time": "%H.%i.%s",
  "internal time": "%H%i%s",
};

function patternText(args: readonly BoundExpression[], environment: BindEnvironment) {
  const length = displayWidth(args[1] as BoundExpression);
  return {
    type: textType(Math.min(255, Math.max(1, length) * 10), environment.connectionCollation),
    nullable: true,
  };
}

export const DATE_FORMAT_FUNCTIONS: readonly FunctionDefinition[] = [
  STR_TO_DATE,
  special("date_format", [2, 2], patternText, ([a, b], args) => {
    const read = readDateTime(args[0] as BoundExpression, a as Evaluator);
    const pattern = readText(args[1] as BoundExpression, b as Evaluator);
    return (frame) => {
      const value = read(frame);
      const text = value === null ? null : pattern(frame);
      return value === null || text === null || text === "" ? null : formatByPattern(value, text);
    };
  }),
  special("time_format", [2, 2], patternText, ([a, b], args) => {
    const read = readTime(args[0] as BoundExpression, a as Evaluator);
    const pattern = readText(args[1] as BoundExpression, b as Evaluator);
    return (frame) => {
      const micros = read(frame);
      const text = micros === null ? null : pattern(frame);
      if (micros === null || text === null || text === "") return null;
      const magnitude = Math.abs(micros);
      const seconds = Math.floor(magnitude / MICROS_PER_SECOND);
      const hour = Math.floor(seconds / 3600);
      const value = new DateTime(
        0,
        0,
        0,
        0,
        Math.floor(seconds / 60) % 60,
        seconds % 60,
        magnitude % MICROS_PER_SECOND,
      );
      const formatted = formatByPattern(value, text, hour);
      return formatted === null ? null : micros < 0 ? `-${formatted}` : formatted;
    };
  }),
  special(
    "get_format",
    [2, 2],
    (_, environment) => ({ type: textType(17, environment.connectionCollation), nullable: true }),
    ([kind, name], args) => {
      const readKind = readText(args[0] as BoundExpression, kind as Evaluator);
      const readName = readText(args[1] as BoundExpression, name as Evaluator);
      return (frame) => FORMATS[`${(readName(frame) ?? "").toLowerCase()} ${readKind(frame) ?? ""}`] ?? null;
    },
  ),
  scalar("date", ["calendar"], { type: DATE, nullable: true }, (context, value) =>
    checkedDate(new DateTime(value.year, value.month, value.day), "date", context),
  ),
  special(
    "time",
    [1, 1],
    (args) => ({ type: timeType(fractionOf(args[0] as BoundExpression)), nullable: true }),
    ([evaluate], [operand]) => readTime(operand as BoundExpression, evaluate as Evaluator),
  ),
];
