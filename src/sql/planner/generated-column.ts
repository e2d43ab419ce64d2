/** Binds the stored text of a generated column, default or CHECK against a table's columns. */

import type { Column } from "../../tables/schema.ts";
import { sqlError } from "../../values/sql-error.ts";
import { bindExpression } from "../binder/bind-expression.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { BindEnvironment, NameScope } from "../binder/name-scope.ts";
import { parseExpression } from "../parser/parse.ts";
import { convertedTo } from "./conversion-expression.ts";
import type { SourceColumn } from "./source.ts";

/** Stored text is canonical: it is read without the session's sql_mode. */
const CANONICAL_MODE: ReadonlySet<string> = new Set();

/** A scope of one table's columns, for texts stored in its definition. */
export function columnsScope(columns: readonly SourceColumn[], clause: string): NameScope {
  const refuse = (): never => {
    throw sqlError("ER_NOT_SUPPORTED_YET", "this expression in a table definition");
  };
  return {
    resolveColumn(reference) {
      const found = columns.find((column) => column.name.toLowerCase() === reference.name.toLowerCase());
      if (found === undefined) throw sqlError("ER_BAD_FIELD_ERROR", reference.name, clause);
      return found.expression;
    },
    aggregateArguments(): never {
      throw sqlError("ER_INVALID_GROUP_FUNC_USE");
    },
    placeAggregate: refuse,
    placeWindowCall: refuse,
    planSubquery: refuse,
    valuesOf: refuse,
    defaultOf: refuse,
  };
}

/** Binds canonical text, e.g. `(`a` + 1)`, over the columns. */
export function bindStoredText(
  sql: string,
  columns: readonly SourceColumn[],
  options: { readonly environment: BindEnvironment; readonly clause: string },
): BoundExpression {
  const parsed = parseExpression(Buffer.from(sql, "utf8"), { sqlMode: CANONICAL_MODE });
  const environment: BindEnvironment = {
    ...options.environment,
    sqlMode: CANONICAL_MODE,
    clientCharset: "utf8mb4",
  };
  return bindExpression(parsed, columnsScope(columns, options.clause), environment);
}

/** The value of a virtual generated column, converted to the column's type. */
export function bindGenerated(
  column: Column,
  columns: readonly SourceColumn[],
  environment: BindEnvironment,
): BoundExpression {
  const sql = column.generated?.sql ?? "NULL";
  const bound = bindStoredText(sql, columns, { environment, clause: "generated column function" });
  return convertedTo(bound, column.type);
}
