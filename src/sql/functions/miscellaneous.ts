/** UUIDs, SLEEP, BENCHMARK, NAME_CONST, FORMAT_BYTES, and the lock functions that the engine answers. */
import { systemClock } from "../../base/clock.ts";
import { systemRandom } from "../../base/random.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { BindEnvironment } from "../binder/name-scope.ts";
import { BIGINT, BIGINT_UNSIGNED, binaryType, textType } from "../binder/types.ts";
import type { Evaluator } from "../executor/frame.ts";
import { readDouble, readInteger } from "../expression/readers.ts";
import {
  boundCall,
  type FunctionDefinition,
  type ResultShape,
  scalar,
  special,
} from "./function-definition.ts";

const UUID_LENGTH = 36;

function uuidText(_: readonly BoundExpression[], _environment: BindEnvironment): ResultShape {
  return { type: textType(UUID_LENGTH, "utf8mb3_general_ci"), nullable: false };
}

/** 15 October 1582 to 1970, in the 100 ns ticks of version 1 UUIDs. */
const GREGORIAN_TICKS = 122192928000000000n;
const TICKS_PER_MILLISECOND = 10000n;
let lastTicks = 0n;
let node: string | undefined;
let clockSequence: string | undefined;

/** A version 1 UUID: time, and a random node that stays the same while the process runs. */
function newUuid(): string {
  node ??= Buffer.from(systemRandom.bytes(6)).toString("hex");
  clockSequence ??= ((systemRandom.integer(0x4000) | 0x8000) >>> 0).toString(16);
  let ticks = BigInt(Math.floor(systemClock.now())) * TICKS_PER_MILLISECOND + GREGORIAN_TICKS;
  if (ticks <= lastTicks) ticks = lastTicks + 1n;
  lastTicks = ticks;
  const time = ticks.toString(16).padStart(15, "0");
  return `${time.slice(-8)}-${time.slice(-12, -8)}-1${time.slice(-15, -12)}-${clockSequence}-${node}`;
}

let shortUuid: bigint | undefined;

function nextShortUuid(): bigint {
  shortUuid ??= (1n << 56n) + (BigInt(Math.floor(systemClock.now() / 1000)) << 24n);
  shortUuid++;
  return BigInt.asUintN(64, shortUuid);
}

/** The 32 digits of a UUID in any of its three spellings; undefined when it is none. */
function uuidDigits(text: string): string | undefined {
  const inner = /^\{(.*)\}$/.exec(text)?.[1] ?? text;
  if (/^[0-9a-f]{32}$/i.test(text)) return text.toLowerCase();
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(inner)) return undefined;
  return inner.replaceAll("-", "").toLowerCase();
}

/** time-low and time-high change places, so that version 1 UUIDs sort by time. */
function swapForOrder(digits: string): string {
  return digits.slice(12, 16) + digits.slice(8, 12) + digits.slice(0, 8) + digits.slice(16);
}

function swapBack(digits: string): string {
  return digits.slice(8, 16) + digits.slice(4, 8) + digits.slice(0, 4) + digits.slice(16);
}

function dashed(digits: string): string {
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20),
  ].join("-");
}

const BYTE_UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

function formatBytes(value: number): string {
  let amount = Math.abs(value);
  let unit = 0;
  while (amount >= 1024 && unit < BYTE_UNITS.length - 1) {
    amount /= 1024;
    unit++;
  }
  const sign = value < 0 ? "-" : "";
  if (unit === 0) return `${sign}${String(Math.trunc(amount)).padStart(4, " ")} ${BYTE_UNITS[0]}`;
  const text = amount >= 100000 ? amount.toExponential(2) : amount.toFixed(2);
  return `${sign}${text} ${BYTE_UNITS[unit]}`;
}

const PICO_UNITS: readonly (readonly [number, string])[] = [
  [86400e12, "d"],
  [3600e12, "h"],
  [60e12, "min"],
  [1e12, "s"],
  [1e9, "ms"],
  [1e6, "us"],
  [1e3, "ns"],
];

function formatPicoTime(value: number): string {
  for (const [size, unit] of PICO_UNITS) {
    if (Math.abs(value) >= size) return `${(value / size).toFixed(2)} ${unit}`;
  }
  return `${String(Math.trunc(value)).padStart(3, " ")} ps`;
}

/** Functions that wait or lock: only the engine can. */
function engineCall(
  name: string,
  counts: readonly [number, number],
  displayLength: number,
): FunctionDefinition {
  return special(
    name,
    counts,
    { type: BIGINT, nullable: true, displayLength },
    (evaluators) => (frame) =>
      frame.context.callEngineFunction(
        name,
        evaluators.map((evaluate) => evaluate(frame)),
      ),
    "row",
  );
}

const NAME_CONST: FunctionDefinition = {
  name: "name_const",
  minArguments: 2,
  maxArguments: 2,
  bind(args) {
    const [name, value] = args as readonly [BoundExpression, BoundExpression];
    if (name.kind !== "constant" || value.kind !== "constant")
      throw sqlError("ER_WRONG_ARGUMENTS", "NAME_CONST");
    const { type, nullable, coercibility } = value;
    return boundCall({
      name: "name_const",
      args,
      result: { type, nullable, coercibility },
      build: ([, evaluate]) => evaluate as Evaluator,
    });
  },
};

const UINT64_DIGITS = 21;

export const MISCELLANEOUS_FUNCTIONS: readonly FunctionDefinition[] = [
  NAME_CONST,
  special("uuid", [0, 0], uuidText, () => () => newUuid(), "row"),
  special(
    "uuid_short",
    [0, 0],
    { type: BIGINT_UNSIGNED, nullable: false, displayLength: UINT64_DIGITS },
    () => () => nextShortUuid(),
    "row",
  ),
  special("is_uuid", [1, 1], { type: BIGINT, displayLength: 1 }, ([evaluate], [operand]) => {
    const argument = operand as BoundExpression;
    return (frame) => {
      const value = (evaluate as Evaluator)(frame);
      if (value === null) return null;
      return argument.type.kind === "string" && uuidDigits(value as string) !== undefined ? 1 : 0;
    };
  }),
  scalar(
    "uuid_to_bin",
    ["text", "integer"],
    { type: binaryType(16), nullable: true },
    (_, text, swap?) => {
      const digits = uuidDigits(text);
      if (digits === undefined) throw sqlError("ER_WRONG_VALUE_FOR_TYPE", "string", text, "uuid_to_bin");
      return Buffer.from(swap ? swapForOrder(digits) : digits, "hex");
    },
    { optional: 1 },
  ),
  scalar(
    "bin_to_uuid",
    ["bytes", "integer"],
    (_, environment) => ({ type: textType(UUID_LENGTH, environment.connectionCollation), nullable: true }),
    (_, bytes, swap?) => {
      const digits = Buffer.from(bytes).toString("hex");
      if (bytes.length !== 16)
        throw sqlError(
          "ER_WRONG_VALUE_FOR_TYPE",
          "string",
          Buffer.from(bytes).toString("utf8"),
          "bin_to_uuid",
        );
      return dashed(swap ? swapBack(digits) : digits);
    },
    { optional: 1 },
  ),
  scalar(
    "format_bytes",
    ["double"],
    (_, environment) => ({ type: textType(17, environment.connectionCollation) }),
    (_, value) => formatBytes(value),
  ),
  scalar(
    "format_pico_time",
    ["double"],
    (_, environment) => ({ type: textType(17, environment.connectionCollation) }),
    (_, value) => formatPicoTime(value),
  ),
  special(
    "benchmark",
    [2, 2],
    { type: BIGINT, nullable: true, displayLength: 1 },
    ([count, body], [operand]) => {
      const read = readInteger(operand as BoundExpression, count as Evaluator);
      return (frame) => {
        const times = read(frame);
        if (times === null || times < 0) return null;
        for (let i = 0; i < times; i++) (body as Evaluator)(frame);
        return 0;
      };
    },
    "row",
  ),
  special(
    "sleep",
    [1, 1],
    { type: BIGINT, nullable: false, displayLength: UINT64_DIGITS },
    ([evaluate], [operand]) => {
      const read = readDouble(operand as BoundExpression, evaluate as Evaluator);
      return (frame) => {
        const seconds = read(frame);
        if (seconds === null || seconds < 0) throw sqlError("ER_WRONG_ARGUMENTS", "sleep.");
        return frame.context.callEngineFunction("sleep", [seconds]);
      };
    },
    "row",
  ),
  engineCall("get_lock", [2, 2], 1),
  engineCall("release_lock", [1, 1], 1),
  engineCall("release_all_locks", [0, 0], UINT64_DIGITS),
  engineCall("is_free_lock", [1, 1], 1),
  engineCall("is_used_lock", [1, 1], UINT64_DIGITS),
];
