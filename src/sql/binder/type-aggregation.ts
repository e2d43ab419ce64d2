/**
 * The one type that several values get: CASE, IF, COALESCE, GREATEST and UNION, by MySQL's merge rules. NULL literals
 * have no say.
 */
import type { IntegerName, SqlType, StringName } from "../../values/sql-type.ts";
import {
  type BoundBase,
  type BoundExpression,
  COERCIBILITY_NUMERIC,
  type Coercibility,
} from "./bound-expression.ts";
import { aggregateCollations } from "./collation-aggregation.ts";
import {
  binaryType,
  decimalShape,
  decimalType,
  displayWidth,
  integerDigitsOf,
  isNumericType,
  isTemporalType,
  NULL_TYPE,
  textType,
} from "./types.ts";

export interface MergedType {
  readonly type: SqlType;
  readonly coercibility: Coercibility;
  readonly displayLength?: number;
  readonly decimals?: number;
}

const INTEGER_ORDER: readonly IntegerName[] = ["tinyint", "smallint", "mediumint", "int", "bigint"];

interface MergeOptions {
  readonly connectionCollation: string;
  /** For collation errors: `case`, `union`, `coalesce` … */
  readonly operation: string;
}

/** The merged type of `bases`. */
export function mergeTypes(
  bases: readonly (BoundExpression | BoundBase)[],
  options: MergeOptions,
): MergedType {
  const typed = bases.filter((base) => base.type.kind !== "null");
  const first = typed[0];
  if (first === undefined) return { type: NULL_TYPE, coercibility: 6, displayLength: 0 };
  if (typed.length === 1 && first.type.kind !== "string" && first.type.kind !== "binary") return kept(first);
  const kinds = new Set(typed.map((base) => base.type.kind));
  if (kinds.size === 1 && (kinds.has("date") || kinds.has("json") || kinds.has("year"))) {
    return { type: first.type, coercibility: first.coercibility };
  }
  if (kinds.size === 1 && kinds.has("bit")) {
    return {
      type: {
        kind: "bit",
        width: Math.max(...typed.map((base) => (base.type.kind === "bit" ? base.type.width : 1))),
      },
      coercibility: first.coercibility,
    };
  }
  if (kinds.size === 1 && kinds.has("geometry")) return mergeGeometry(typed, first);
  if (typed.every((base) => isNumericType(base.type))) return mergeNumbers(typed);
  if (typed.every((base) => isTemporalType(base.type))) return mergeTemporals(typed);
  return mergeStrings(typed, options);
}

function kept(base: BoundBase): MergedType {
  return {
    type: base.type,
    coercibility: base.coercibility,
    ...(base.displayLength === undefined ? {} : { displayLength: base.displayLength }),
    ...(base.decimals === undefined ? {} : { decimals: base.decimals }),
  };
}

function mergeGeometry(typed: readonly BoundBase[], first: BoundBase): MergedType {
  const same = typed.every(
    (base) =>
      base.type.kind === "geometry" && first.type.kind === "geometry" && base.type.name === first.type.name,
  );
  return {
    type: same ? first.type : { kind: "geometry", name: "geometry" },
    coercibility: first.coercibility,
  };
}

function mergeNumbers(typed: readonly BoundBase[]): MergedType {
  if (typed.some((base) => base.type.kind === "float")) {
    const single = typed.every(
      (base) =>
        (base.type.kind === "float" && base.type.name === "float") ||
        (base.type.kind === "integer" && INTEGER_ORDER.indexOf(base.type.name) < 3),
    );
    const decimals = Math.max(...typed.map((base) => decimalsOf(base)));
    const unsigned = typed.every((base) => "unsigned" in base.type && base.type.unsigned);
    return {
      type: { kind: "float", name: single ? "float" : "double", unsigned, zerofill: false },
      coercibility: COERCIBILITY_NUMERIC,
      displayLength: Math.max(...typed.map(displayWidth), single ? 12 : 22),
      ...(decimals < 31 ? { decimals } : {}),
    };
  }
  if (typed.some((base) => base.type.kind === "decimal")) return mergeDecimals(typed);
  return mergeIntegers(typed);
}

function decimalsOf(base: BoundBase): number {
  if (base.type.kind === "float") return base.decimals ?? base.type.scale ?? 31;
  return base.type.kind === "decimal" ? base.type.scale : 0;
}

function mergeDecimals(typed: readonly BoundBase[]): MergedType {
  let whole = 0;
  let scale = 0;
  for (const base of typed) {
    const shape = decimalShape(base);
    whole = Math.max(whole, shape.precision - shape.scale);
    scale = Math.max(scale, shape.scale);
  }
  const unsigned = typed.every((base) => "unsigned" in base.type && base.type.unsigned);
  return {
    type: decimalType(Math.min(65, whole + scale), scale, unsigned),
    coercibility: COERCIBILITY_NUMERIC,
  };
}

function asIntegerName(type: SqlType): IntegerName {
  if (type.kind === "integer") return type.name;
  return type.kind === "year" ? "smallint" : "bigint";
}

function mergeIntegers(typed: readonly BoundBase[]): MergedType {
  let order = Math.max(...typed.map((base) => INTEGER_ORDER.indexOf(asIntegerName(base.type))));
  const unsignedFlags = typed.map((base) => (base.type.kind === "integer" ? base.type.unsigned : true));
  const unsigned = unsignedFlags.every(Boolean);
  const mixed = !unsigned && unsignedFlags.some(Boolean);
  const displayLength = Math.max(...typed.map(displayWidth));
  if (mixed) {
    if (order === 4) {
      const digits = Math.max(
        ...typed.map((base) => (base.type.kind === "integer" ? integerDigitsOf(base.type) : 4)),
      );
      return { type: decimalType(digits, 0), coercibility: COERCIBILITY_NUMERIC };
    }
    order++;
  }
  return {
    type: { kind: "integer", name: INTEGER_ORDER[order] ?? "bigint", unsigned, zerofill: false },
    coercibility: COERCIBILITY_NUMERIC,
    displayLength,
  };
}

function mergeTemporals(typed: readonly BoundBase[]): MergedType {
  const fraction = Math.max(...typed.map((base) => ("fraction" in base.type ? base.type.fraction : 0)));
  const kinds = new Set(typed.map((base) => base.type.kind));
  if (kinds.size === 1) {
    const kind = typed[0]?.type.kind;
    if (kind === "time") return { type: { kind: "time", fraction }, coercibility: COERCIBILITY_NUMERIC };
    if (kind === "timestamp")
      return { type: { kind: "timestamp", fraction }, coercibility: COERCIBILITY_NUMERIC };
  }
  return { type: { kind: "datetime", fraction }, coercibility: COERCIBILITY_NUMERIC };
}

const TEXT_ORDER: readonly StringName[] = ["char", "varchar", "tinytext", "text", "mediumtext", "longtext"];
const BLOB_ORDER: readonly string[] = ["binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"];

function mergeStrings(typed: readonly BoundBase[], options: MergeOptions): MergedType {
  const traits = aggregateCollations(typed, { ...options, forComparison: false });
  const length = Math.max(...typed.map(displayWidth));
  const families = typed.map((base) =>
    base.type.kind === "string"
      ? TEXT_ORDER.indexOf(base.type.name)
      : base.type.kind === "binary"
        ? BLOB_ORDER.indexOf(base.type.name)
        : base.type.kind === "json" || base.type.kind === "geometry"
          ? 5
          : 1,
  );
  const family = Math.max(...families);
  const coercibility = traits.coercibility;
  if (family < 2) {
    const plain = traits.collation === "binary" ? binaryType(length) : textType(length, traits.collation);
    if (family === 0 && families.every((one) => one === 0)) {
      if (plain.kind === "binary") return { type: { ...plain, name: "binary" }, coercibility };
      return { type: { ...plain, name: "char" }, coercibility };
    }
    return { type: plain, coercibility };
  }
  const bytes = [0, 0, 255, 65535, 16777215, 4294967295][family] ?? 4294967295;
  if (traits.collation === "binary") {
    const name =
      (["tinyblob", "tinyblob", "tinyblob", "blob", "mediumblob", "longblob"] as const)[family] ?? "longblob";
    return { type: { kind: "binary", name, length: bytes }, coercibility };
  }
  return {
    type: {
      kind: "string",
      name: TEXT_ORDER[family] ?? "longtext",
      length: bytes,
      charset: traits.charset,
      collation: traits.collation,
    },
    coercibility,
  };
}
