/** `x COLLATE name`: the same value with an explicit collation. */
import { sqlError } from "../../values/sql-error.ts";
import { readText } from "../expression/readers.ts";
import { boundCall } from "../functions/function-definition.ts";
import type { BoundExpression } from "./bound-expression.ts";
import { charsetOfCollation, stringTraits } from "./collation-aggregation.ts";
import type { BindEnvironment } from "./name-scope.ts";
import { displayWidth, textType } from "./types.ts";

export function bindCollate(
  operand: BoundExpression,
  collation: string,
  environment: BindEnvironment,
): BoundExpression {
  const traits = stringTraits(operand, environment.connectionCollation);
  const charset = operand.type.kind === "null" ? charsetOfCollation(collation) : traits.charset;
  if (charset !== charsetOfCollation(collation)) {
    throw sqlError("ER_COLLATION_CHARSET_MISMATCH", collation, charset);
  }
  const type =
    operand.type.kind === "string"
      ? { ...operand.type, collation }
      : textType(displayWidth(operand), collation);
  return boundCall({
    name: "collate",
    args: [operand],
    result: { type, coercibility: 0 },
    build: ([evaluate]) => {
      const value = evaluate as NonNullable<typeof evaluate>;
      return collation === "binary" ? value : readText(operand, value);
    },
  });
}
