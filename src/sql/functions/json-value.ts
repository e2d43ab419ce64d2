/** JSON_VALUE(document, path RETURNING type ON EMPTY … ON ERROR …). */
import { sqlError } from "../../values/sql-error.ts";
import type { CastType } from "../ast/data-type.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { BindEnvironment } from "../binder/name-scope.ts";

export interface JsonValueParts {
  readonly document: BoundExpression;
  readonly path: BoundExpression;
  readonly returning: CastType | undefined;
  readonly onEmpty: Fallback | undefined;
  readonly onError: Fallback | undefined;
}

export type Fallback =
  | { readonly kind: "null" }
  | { readonly kind: "error" }
  | { readonly kind: "default"; readonly value: BoundExpression };

export function bindJsonValue(_parts: JsonValueParts, _environment: BindEnvironment): BoundExpression {
  throw sqlError("ER_NOT_SUPPORTED_YET", "JSON_VALUE");
}
