/** Bit operators and BIT_COUNT: 64-bit unsigned integers, or byte strings when the operands are binary strings. */
import { canonicalInteger, decimalToInteger } from "../../values/decimal.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlInteger } from "../../values/value.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import { BIGINT, BIGINT_UNSIGNED, binaryType, displayWidth } from "../binder/types.ts";
import type { Evaluator } from "../executor/frame.ts";
import { INT64_MAX, INT64_MIN, UINT64_MAX } from "../expression/number-conversion.ts";
import { readBytes, readDecimal, readInteger } from "../expression/readers.ts";
import { boundCall, type FunctionDefinition, special } from "./function-definition.ts";

export type BitOperator = "|" | "&" | "^" | "<<" | ">>";

const NAMES: Readonly<Record<BitOperator, string>> = { "|": "|", "&": "&", "^": "^", "<<": "<<", ">>": ">>" };

/** Byte strings proper; binary literals count as numbers unless they meet one. */
function isByteString(operand: BoundExpression): boolean {
  return operand.type.kind === "binary" && operand.binaryLiteral !== true;
}

/** Two's complement in 64 bits. */
export function toUnsigned64(value: SqlInteger): bigint {
  return BigInt.asUintN(64, BigInt(value));
}

function readBits(
  operand: BoundExpression,
  evaluate: Evaluator,
): (frame: Parameters<Evaluator>[0]) => bigint | null {
  if (operand.type.kind === "decimal" || operand.type.kind === "float") {
    const read = readDecimal(operand, evaluate);
    return (frame) => {
      const value = read(frame);
      if (value === null) return null;
      const whole = BigInt(decimalToInteger(value));
      return toUnsigned64(
        whole < INT64_MIN
          ? INT64_MIN
          : whole > (value.isNegative ? INT64_MAX : UINT64_MAX)
            ? UINT64_MAX
            : whole,
      );
    };
  }
  const read = readInteger(operand, evaluate);
  return (frame) => {
    const value = read(frame);
    return value === null ? null : toUnsigned64(value);
  };
}

function combine(operator: BitOperator, a: bigint, b: bigint): SqlInteger {
  switch (operator) {
    case "|":
      return canonicalInteger(a | b);
    case "&":
      return canonicalInteger(a & b);
    case "^":
      return canonicalInteger(a ^ b);
    case "<<":
      return b >= 64n ? 0 : canonicalInteger(BigInt.asUintN(64, a << b));
    case ">>":
      return b >= 64n ? 0 : canonicalInteger(a >> b);
  }
}

export function bindBitOperator(
  operator: BitOperator,
  left: BoundExpression,
  right: BoundExpression,
): BoundExpression {
  const shift = operator === "<<" || operator === ">>";
  const onBytes = shift
    ? isByteString(left)
    : (isByteString(left) && right.type.kind === "binary") ||
      (isByteString(right) && left.type.kind === "binary");
  const args = [left, right];
  if (onBytes && shift) {
    return boundCall({
      name: NAMES[operator],
      args,
      result: { type: binaryType(displayWidth(left)) },
      build: ([a, b]) => {
        const bytes = readBytes(left, a as Evaluator);
        const count = readInteger(right, b as Evaluator);
        return (frame) => {
          const value = bytes(frame);
          const by = value === null ? null : count(frame);
          return value === null || by === null
            ? null
            : shiftBytes(value, toUnsigned64(by), operator === "<<");
        };
      },
    });
  }
  if (onBytes) {
    return boundCall({
      name: NAMES[operator],
      args,
      result: { type: binaryType(displayWidth(left)) },
      build: ([a, b]) => {
        const first = readBytes(left, a as Evaluator);
        const second = readBytes(right, b as Evaluator);
        return (frame) => {
          const x = first(frame);
          const y = x === null ? null : second(frame);
          return x === null || y === null ? null : combineBytes(operator, x, y);
        };
      },
    });
  }
  return boundCall({
    name: NAMES[operator],
    args,
    result: { type: BIGINT_UNSIGNED, displayLength: 21 },
    build: ([a, b]) => {
      const first = readBits(left, a as Evaluator);
      const second = readBits(right, b as Evaluator);
      return (frame) => {
        const x = first(frame);
        const y = x === null ? null : second(frame);
        return x === null || y === null ? null : combine(operator, x, y);
      };
    },
  });
}

function combineBytes(operator: BitOperator, a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length !== b.length) throw sqlError("ER_INVALID_BITWISE_OPERANDS_SIZE", operator);
  return a.map((byte, at) => Number(combine(operator, BigInt(byte), BigInt(b[at] as number))));
}

function shiftBytes(bytes: Uint8Array, count: bigint, left: boolean): Uint8Array {
  const bits = BigInt(bytes.length) * 8n;
  const result = new Uint8Array(bytes.length);
  if (count >= bits || bytes.length === 0) return result;
  const value = BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  const shifted = left ? BigInt.asUintN(Number(bits), value << count) : value >> count;
  result.set(Buffer.from(shifted.toString(16).padStart(bytes.length * 2, "0"), "hex"));
  return result;
}

export function bindComplement(operand: BoundExpression): BoundExpression {
  if (isByteString(operand)) {
    return boundCall({
      name: "~",
      args: [operand],
      result: { type: binaryType(displayWidth(operand)) },
      build: ([a]) => {
        const read = readBytes(operand, a as Evaluator);
        return (frame) => read(frame)?.map((byte) => ~byte & 255) ?? null;
      },
    });
  }
  return boundCall({
    name: "~",
    args: [operand],
    result: { type: BIGINT_UNSIGNED, displayLength: 21 },
    build: ([a]) => {
      const read = readBits(operand, a as Evaluator);
      return (frame) => {
        const value = read(frame);
        return value === null ? null : canonicalInteger(BigInt.asUintN(64, ~value));
      };
    },
  });
}

function countBits(value: bigint): number {
  let count = 0;
  for (let rest = value; rest > 0n; rest &= rest - 1n) count++;
  return count;
}

export const BIT_FUNCTIONS: readonly FunctionDefinition[] = [
  special("bit_count", [1, 1], { type: BIGINT, displayLength: 8 }, ([evaluate], [operand]) => {
    const argument = operand as BoundExpression;
    if (isByteString(argument)) {
      const read = readBytes(argument, evaluate as Evaluator);
      return (frame) => read(frame)?.reduce((sum, byte) => sum + countBits(BigInt(byte)), 0) ?? null;
    }
    const read = readBits(argument, evaluate as Evaluator);
    return (frame) => {
      const value = read(frame);
      return value === null ? null : countBits(value);
    };
  }),
];
