/** Hash keys that are equal exactly for values which compare equal under a rule; the order of JSON values. */
import { FieldWriter } from "../../values/codec/field-writer.ts";
import { collationByName } from "../../values/collation.ts";
import { type DateTime, dateTimeToNumber } from "../../values/datetime.ts";
import type { Decimal } from "../../values/decimal.ts";
import type { BoundBase, BoundExpression, ComparisonRule } from "../binder/bound-expression.ts";
import type { Evaluator } from "../executor/frame.ts";
import {
  type Read,
  readBytes,
  readComparedDateTime,
  readDecimal,
  readDouble,
  readInteger,
  readText,
  readTime,
} from "./readers.ts";
import { bytesToText } from "./text-conversion.ts";

const keyWriter = new FieldWriter(256);

/** The key of a string under a collation, as a JavaScript string. */
export function collationKey(collationName: string): (text: string) => string {
  const collation = collationByName(collationName);
  return (text) => {
    keyWriter.reset();
    collation.appendKey(text, keyWriter);
    return keyWriter.bytes.toString("latin1", 0, keyWriter.size);
  };
}

/** Equal decimals of different scales have one key. */
function decimalKey(value: Decimal): string {
  let digits = String(value.digits);
  let scale = value.scale;
  while (scale > 0 && digits.endsWith("0")) {
    digits = digits.slice(0, -1);
    scale--;
  }
  return digits === "" || digits === "-" || digits === "0" ? "0" : `${digits}e${scale}`;
}

/** Year to microsecond as one key. */
function dateTimeKey(value: DateTime): string {
  return `${dateTimeToNumber(value)}.${value.microsecond}`;
}

type Key = number | bigint | string;

/** A reader of the hash key of an expression under `rule`; undefined when the rule has no hashable form. */
export function comparisonKeyReader(
  rule: ComparisonRule,
  of: BoundBase | BoundExpression,
  evaluate: Evaluator,
): Read<Key> | undefined {
  switch (rule.kind) {
    case "integer":
      return readInteger(of, evaluate);
    case "double":
      return readDouble(of, evaluate);
    case "time":
      return readTime(of, evaluate);
    case "decimal":
      return mapped(readDecimal(of, evaluate), decimalKey);
    case "text":
      return mapped(readText(of, evaluate), collationKey(rule.collation));
    case "bytes":
      return mapped(readBytes(of, evaluate), bytesToText);
    case "date":
    case "datetime":
      return mapped(readComparedDateTime(of, evaluate), dateTimeKey);
    case "json":
      return undefined;
  }
}

function mapped<T>(read: Read<T>, key: (value: T) => string): Read<string> {
  return (frame) => {
    const value = read(frame);
    return value === null ? null : key(value);
  };
}
