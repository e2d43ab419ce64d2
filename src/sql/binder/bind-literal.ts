/** Literals: their types and values. The normaliser's extracted literals get the same types (see {@link literalOf}). */

import { characterCount, charsetInfo, decodeText, findMalformed } from "../../values/charset.ts";
import { DateTime, dateTimeFromMicros, MICROS_PER_SECOND, microsOfDateTime } from "../../values/datetime.ts";
import { canonicalInteger, parseDecimalPrefix } from "../../values/decimal.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import { LENIENT_DATES, parseDateTime, parseTime } from "../../values/temporal-parse.ts";
import type { Value } from "../../values/value.ts";
import type {
  BinaryLiteral,
  Literal,
  NumberLiteral,
  StringLiteral,
  TemporalLiteral,
} from "../ast/expression.ts";
import { boundCall } from "../functions/function-definition.ts";
import type { BoundBase, BoundConstant, BoundExpression } from "./bound-expression.ts";
import type { BindEnvironment } from "./name-scope.ts";
import {
  BIGINT,
  BIGINT_UNSIGNED,
  binaryType,
  DATE,
  DOUBLE,
  decimalType,
  NULL_TYPE,
  textType,
} from "./types.ts";

export function constant(value: Value, base: Omit<BoundBase, "nullable">): BoundConstant {
  return { kind: "constant", value, nullable: value === null, ...base };
}

export const NULL_CONSTANT: BoundConstant = constant(null, { type: NULL_TYPE, coercibility: 6 });

/** An integer constant, as the binder makes them for itself. */
export function integerConstant(value: number): BoundConstant {
  return constant(value, { type: BIGINT, coercibility: 5, displayLength: String(value).length });
}

/** The value and type of a literal. Extracted literals' values are converted with this too. */
function literalOf(literal: Literal, environment: BindEnvironment): BoundConstant {
  switch (literal.kind) {
    case "null":
      return NULL_CONSTANT;
    case "boolean":
      return constant(literal.value ? 1 : 0, {
        type: BIGINT,
        coercibility: 5,
        displayLength: 1,
        boolean: true,
      });
    case "number":
      return numberLiteral(literal);
    case "string":
      return stringLiteral(literal, environment);
    case "hex":
    case "bit":
      return binaryLiteral(literal);
    case "temporal":
      return temporalLiteral(literal);
  }
}

/** Binds a literal: a parameter when the normaliser took it out of the text. */
export function bindLiteral(literal: Literal, environment: BindEnvironment): BoundExpression {
  const bound = literalOf(literal, environment);
  if (literal.kind === "temporal" && literal.type === "timestamp") return inSessionZone(bound, literal.text);
  if (!("parameter" in literal) || literal.parameter === undefined) return bound;
  const { value: _value, kind: _kind, ...base } = bound;
  return { ...base, kind: "parameter", index: literal.parameter };
}

/** TIMESTAMP '… +05:30' is an instant: its value depends on the session's time zone. */
function inSessionZone(bound: BoundConstant, text: string): BoundExpression {
  const zoneMinutes = parseDateTime(text, LENIENT_DATES)?.zoneMinutes;
  if (zoneMinutes === undefined || !(bound.value instanceof DateTime)) return bound;
  const utc = microsOfDateTime(bound.value) - zoneMinutes * 60 * MICROS_PER_SECOND;
  return boundCall({
    name: "timestamp_literal",
    args: [],
    volatility: "statement",
    result: { type: bound.type, nullable: false, coercibility: bound.coercibility },
    build: () => (frame) => dateTimeFromMicros(utc + frame.context.timeZoneOffsetMicros(utc)),
  });
}

function numberLiteral({ form, text }: NumberLiteral): BoundConstant {
  if (form === "integer") {
    const value = text.length < 16 ? Number(text) : canonicalInteger(BigInt(text));
    const unsigned = value > 9223372036854775807n;
    const displayLength = String(value).length;
    return constant(value, { type: unsigned ? BIGINT_UNSIGNED : BIGINT, coercibility: 5, displayLength });
  }
  if (form === "decimal") {
    const { value } = parseDecimalPrefix(text);
    const [whole = "", fraction = ""] = text.split(".");
    const scale = Math.min(30, fraction.length);
    const digits = whole.replace(/^0+/, "").length;
    return constant(value, { type: decimalType(digits + scale, scale), coercibility: 5 });
  }
  const value = Number(text);
  if (!Number.isFinite(value)) throw sqlError("ER_ILLEGAL_VALUE_FOR_TYPE", "double", text);
  return constant(value, { type: DOUBLE, coercibility: 5, displayLength: text.length });
}

function stringLiteral({ bytes, introducer }: StringLiteral, environment: BindEnvironment): BoundConstant {
  const asBytes =
    introducer === undefined
      ? environment.clientCharset === "binary" || environment.connectionCollation === "binary"
      : introducer === "binary";
  if (asBytes) return constant(bytes, { type: binaryType(bytes.length), coercibility: 4 });
  const charset = introducer === undefined ? environment.clientCharset : charsetInfo(introducer).name;
  // MySQL keeps the bytes of a literal that is no text in its character set: dumps write geometry and BLOBs that way.
  const malformedAt = introducer === undefined ? findMalformed(bytes, charset) : -1;
  if (malformedAt >= 0) {
    const shown = Buffer.from(bytes.subarray(malformedAt, malformedAt + 6))
      .toString("hex")
      .toUpperCase();
    const { errno, message } = sqlError("ER_INVALID_CHARACTER_STRING", charset, shown);
    environment.warn("Warning", errno, message);
    return constant(bytes, { type: binaryType(bytes.length), coercibility: 4 });
  }
  const text = decodeText(bytes, charset);
  const collation =
    introducer === undefined ? environment.connectionCollation : charsetInfo(introducer).defaultCollation;
  return constant(text, { type: textType(characterCount(text), collation), coercibility: 4 });
}

function binaryLiteral({ bytes, introducer }: BinaryLiteral): BoundConstant {
  if (introducer !== undefined && introducer !== "binary") {
    const charset = charsetInfo(introducer);
    const text = decodeText(bytes, charset.name);
    return constant(text, {
      type: textType(characterCount(text), charset.defaultCollation),
      coercibility: 4,
    });
  }
  return constant(bytes, {
    type: binaryType(bytes.length),
    coercibility: 4,
    binaryLiteral: introducer === undefined,
  });
}

function temporalLiteral({ type, text }: TemporalLiteral): BoundConstant {
  if (type === "time") {
    const parsed = parseTime(text);
    if (parsed === undefined || parsed.truncated || parsed.outOfRange)
      throw sqlError("ER_WRONG_VALUE", "TIME", text);
    return constant(parsed.value, { type: { kind: "time", fraction: parsed.fraction }, coercibility: 5 });
  }
  const parsed = parseDateTime(text, LENIENT_DATES);
  const wanted = type === "timestamp";
  if (parsed === undefined || parsed.truncated || parsed.hasTime !== wanted || parsed.value.hasZeroPart) {
    throw sqlError("ER_WRONG_VALUE", wanted ? "DATETIME" : "DATE", text);
  }
  const resultType: SqlType = wanted ? { kind: "datetime", fraction: parsed.fraction } : DATE;
  return constant(parsed.value, { type: resultType, coercibility: 5 });
}
