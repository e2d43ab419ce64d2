/** A source of FROM as names see it: an alias and its columns, each already a bound expression. */
import type { Column } from "../../tables/schema.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";

export interface SourceColumn {
  readonly name: string;
  readonly expression: BoundExpression;
  /** Left out of `*`. */
  readonly hidden: boolean;
}

export interface Source {
  /** undefined for derived tables */
  readonly database: string | undefined;
  readonly alias: string;
  readonly columns: readonly SourceColumn[];
}

/** What NATURAL and USING joins make of their common columns: shown once, first, under one name. */
export interface MergedColumn {
  readonly name: string;
  readonly expression: BoundExpression;
  /** The columns it stands for, which a bare name no longer reaches. */
  readonly of: readonly BoundExpression[];
}

/** The flags the protocol shows for a column that takes part in keys. */
export function keyFlags(
  column: Column,
  schema: {
    readonly primaryKey: readonly { readonly columnId: number }[];
    readonly indexes: readonly {
      readonly kind: string;
      readonly parts: readonly { readonly columnId: number }[];
    }[];
  },
): { primaryKey?: boolean; uniqueKey?: boolean; multipleKey?: boolean } {
  if (schema.primaryKey.some((part) => part.columnId === column.id)) return { primaryKey: true };
  const first = schema.indexes.filter((index) => index.parts[0]?.columnId === column.id);
  if (first.some((index) => index.kind === "unique" && index.parts.length === 1)) return { uniqueKey: true };
  return first.length > 0 ? { multipleKey: true } : {};
}
