/**
 * Exact arithmetic without an object per value: columns, constants, `+`, `-` and `*` of integers and decimals as digits
 * at a scale that is fixed when the plan is made, in doubles that are safe integers. Whoever reads such a number must look
 * at `state.exceeded` afterwards: when it is set, the row's value is not safe, and the general way gives it (or its error).
 */
import { FIELD_NULL, type FieldReader } from "../../tables/row-codec.ts";
import { fieldCodecFor } from "../../values/codec/field-codec.ts";
import type { Decimal } from "../../values/decimal.ts";
import type { BoundColumn, BoundExpression } from "../binder/bound-expression.ts";
import { isUnsigned } from "../binder/types.ts";
import type { Evaluator, Frame, RowSlot } from "../executor/frame.ts";
import { compileExpression } from "./compile.ts";
import { ExecutionMark } from "./execution-mark.ts";
import type { RowLayout } from "./row-layout.ts";

export interface ScaledNumber {
  readonly scale: number;
  /** The digits; NaN for NULL. */
  readonly read: (frame: Frame) => number;
}

/** Set when a number was not safe; whoever sees it clears it. */
export interface ScaledState {
  exceeded: boolean;
}

interface Compilation {
  readonly layout: RowLayout;
  readonly state: ScaledState;
}

const TWO_32 = 2 ** 32;
/** Digits of decimals up to this precision are safe integers in at most 7 bytes. */
const PRECISION_MAX = 15;
const SCALE_MAX = 30;

/** undefined: the expression holds something else. */
export function compileScaledNumber(
  bound: BoundExpression,
  layout: RowLayout,
  state: ScaledState,
): ScaledNumber | undefined {
  return compile(bound, { layout, state });
}

function compile(bound: BoundExpression, compilation: Compilation): ScaledNumber | undefined {
  if (bound.binaryLiteral === true) return undefined;
  switch (bound.kind) {
    case "column":
      return scaledColumn(bound, compilation.layout);
    case "constant":
    case "parameter":
      return scaledConstant(bound, compilation);
    case "call":
      return scaledCall(bound, compilation);
    default:
      return undefined;
  }
}

function scaledColumn(column: BoundColumn, layout: RowLayout): ScaledNumber | undefined {
  const { type, slot } = column;
  const isDecimal = type.kind === "decimal" && type.precision <= PRECISION_MAX;
  const isInteger = type.kind === "integer" && type.name !== "bigint";
  if (!isDecimal && !isInteger) return undefined;
  const reader = layout.columnReader(slot, column.column);
  const width = fieldCodecFor(type).fixedWidth;
  if (reader.encoding !== "field" || width === undefined) return undefined;
  const isOffset = isDecimal || !type.unsigned;
  return { scale: isDecimal ? type.scale : 0, read: readColumn(slot, reader, width, isOffset) };
}

/** Stored integers are big-endian; those with a sign are offset by half their range. */
function readColumn(
  slot: number,
  reader: FieldReader,
  width: number,
  isOffset: boolean,
): ScaledNumber["read"] {
  const headWidth = width > 4 ? width - 4 : width;
  const half = isOffset ? 2 ** (8 * headWidth - 1) : 0;
  return (frame) => {
    const row = frame.slots[slot] as RowSlot;
    if (!row.present || reader.locate(row) === FIELD_NULL) return Number.NaN;
    const { bytes } = reader;
    let at = reader.start;
    let head = bytes[at++] as number;
    for (let i = 1; i < headWidth; i++) head = (head << 8) | (bytes[at++] as number);
    const high = (head >>> 0) - half;
    if (width <= 4) return high;
    const low =
      ((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number);
    return high * TWO_32 + (low >>> 0);
  };
}

function scaledConstant(bound: BoundExpression, { layout, state }: Compilation): ScaledNumber | undefined {
  const { type } = bound;
  if (type.kind !== "integer" && type.kind !== "decimal") return undefined;
  const evaluate = compileExpression(bound, layout);
  const scale = type.kind === "decimal" ? type.scale : 0;
  const mark = new ExecutionMark();
  let digits: number | undefined;
  return {
    scale,
    read: (frame) => {
      if (!mark.isCurrent(frame)) {
        digits = constantDigits(evaluate, frame, scale);
        mark.set(frame);
      }
      if (digits !== undefined) return digits;
      state.exceeded = true;
      return 0;
    },
  };
}

/** undefined when the value is not safe or has another scale than its type. */
function constantDigits(evaluate: Evaluator, frame: Frame, scale: number): number | undefined {
  const value = evaluate(frame);
  if (value === null) return Number.NaN;
  if (typeof value === "number") return scale === 0 && Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== "object" || !("digits" in value)) return undefined;
  const { digits, scale: own } = value as Decimal;
  return own === scale && typeof digits === "number" ? digits : undefined;
}

function scaledCall(
  bound: BoundExpression & { kind: "call" },
  compilation: Compilation,
): ScaledNumber | undefined {
  const { name, type, args } = bound;
  if (name !== "+" && name !== "-" && name !== "*") return undefined;
  const [first, second] = args;
  if (first === undefined || second === undefined) return undefined;
  // What would be below zero is an error there.
  if (type.kind === "integer" ? isUnsigned(type) : type.kind !== "decimal") return undefined;
  const left = compile(first, compilation);
  const right = left === undefined ? undefined : compile(second, compilation);
  if (left === undefined || right === undefined) return undefined;
  const { state } = compilation;
  if (name === "*") {
    const scale = left.scale + right.scale;
    return scale > SCALE_MAX ? undefined : { scale, read: product(left.read, right.read, state) };
  }
  const scale = Math.max(left.scale, right.scale);
  const factors = [10 ** (scale - left.scale), 10 ** (scale - right.scale)] as const;
  if (!Number.isSafeInteger(factors[0]) || !Number.isSafeInteger(factors[1])) return undefined;
  return {
    scale,
    read: sum(
      raised(left.read, factors[0], state),
      raised(right.read, factors[1], state),
      name === "+" ? 1 : -1,
      state,
    ),
  };
}

type Read = ScaledNumber["read"];

/** A rounded result is beyond the safe integers when the exact one is. */
function exceeds(value: number): boolean {
  return value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER;
}

function product(left: Read, right: Read, state: ScaledState): Read {
  return (frame) => {
    const value = left(frame) * right(frame);
    if (exceeds(value)) state.exceeded = true;
    return value;
  };
}

function sum(left: Read, right: Read, sign: number, state: ScaledState): Read {
  return (frame) => {
    const value = left(frame) + sign * right(frame);
    if (exceeds(value)) state.exceeded = true;
    return value;
  };
}

function raised(read: Read, factor: number, state: ScaledState): Read {
  if (factor === 1) return read;
  return (frame) => {
    const value = read(frame) * factor;
    if (exceeds(value)) state.exceeded = true;
    return value;
  };
}
