/**
 * Constants that are compared with an integer column as numbers: whole ones keep all their digits, where comparing
 * doubles would round them.
 */
import { canonicalInteger } from "../../values/decimal.ts";
import type { SqlInteger } from "../../values/value.ts";
import { type BoundExpression, volatilityOf } from "../binder/bound-expression.ts";
import type { Evaluator } from "../executor/frame.ts";
import { type Read, readDouble } from "./readers.ts";

const WHOLE_NUMBER = /^[ \t\n\v\f\r]*([+-]?\d{1,20})[ \t\n\v\f\r]*$/;

/** A double, or the exact integer; big whole numbers are bigints. */
export function readExactNumber(of: BoundExpression, evaluate: Evaluator): Read<SqlInteger> {
  const read = readDouble(of, evaluate);
  const { kind } = of.type;
  if (kind !== "string" && kind !== "float") return read;
  return (frame) => {
    if (kind === "string") {
      const match = WHOLE_NUMBER.exec((evaluate(frame) ?? "") as string);
      if (match !== null) return canonicalInteger(BigInt(match[1]?.replace("+", "") ?? 0));
    }
    const value = read(frame);
    return value === null || Number.isSafeInteger(value) || !Number.isInteger(value)
      ? value
      : canonicalInteger(BigInt(value));
  };
}

/** An integer column beside a constant: compared exactly, although their types say double. */
export function isExactPair(column: BoundExpression, constant: BoundExpression): boolean {
  const isColumn = column.kind === "column" || (column.kind === "register" && column.origin !== undefined);
  return isColumn && column.type.kind === "integer" && volatilityOf(constant) !== "row";
}
