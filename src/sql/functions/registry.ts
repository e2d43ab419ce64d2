/** All built-in functions by name, and how a call is bound. */
import { sqlError } from "../../values/sql-error.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { BindEnvironment } from "../binder/name-scope.ts";
import { BIT_FUNCTIONS } from "./bit.ts";
import { CONTROL_FUNCTIONS } from "./control.ts";
import { CRYPTO_FUNCTIONS } from "./crypto.ts";
import { DATE_FORMAT_FUNCTIONS } from "./date-format.ts";
import { boundCall, type FunctionDefinition } from "./function-definition.ts";
import { INFORMATION_FUNCTIONS } from "./information.ts";
import { JSON_BUILD_FUNCTIONS } from "./json-build.ts";
import { JSON_QUERY_FUNCTIONS } from "./json-query.ts";
import { MISCELLANEOUS_FUNCTIONS } from "./miscellaneous.ts";
import { NETWORK_FUNCTIONS } from "./network.ts";
import { NUMERIC_FUNCTIONS } from "./numeric.ts";
import { REGEXP_FUNCTIONS } from "./regexp.ts";
import { SPATIAL_FUNCTIONS } from "./spatial.ts";
import { STRING_BASIC_FUNCTIONS } from "./string-basic.ts";
import { STRING_ENCODING_FUNCTIONS } from "./string-encoding.ts";
import { STRING_SEARCH_FUNCTIONS } from "./string-search.ts";
import { STRING_SET_FUNCTIONS } from "./string-sets.ts";
import { TEMPORAL_ARITHMETIC_FUNCTIONS } from "./temporal-arithmetic.ts";
import { TEMPORAL_NOW_FUNCTIONS } from "./temporal-now.ts";
import { TEMPORAL_PART_FUNCTIONS } from "./temporal-parts.ts";
import { TIME_ARITHMETIC_FUNCTIONS } from "./time-arithmetic.ts";
import { isKnownToMySql } from "./unsupported.ts";

const FUNCTIONS: ReadonlyMap<string, FunctionDefinition> = new Map(
  [
    BIT_FUNCTIONS,
    CONTROL_FUNCTIONS,
    CRYPTO_FUNCTIONS,
    DATE_FORMAT_FUNCTIONS,
    INFORMATION_FUNCTIONS,
    JSON_BUILD_FUNCTIONS,
    JSON_QUERY_FUNCTIONS,
    MISCELLANEOUS_FUNCTIONS,
    NETWORK_FUNCTIONS,
    NUMERIC_FUNCTIONS,
    REGEXP_FUNCTIONS,
    SPATIAL_FUNCTIONS,
    STRING_BASIC_FUNCTIONS,
    STRING_ENCODING_FUNCTIONS,
    STRING_SEARCH_FUNCTIONS,
    STRING_SET_FUNCTIONS,
    TEMPORAL_ARITHMETIC_FUNCTIONS,
    TIME_ARITHMETIC_FUNCTIONS,
    TEMPORAL_NOW_FUNCTIONS,
    TEMPORAL_PART_FUNCTIONS,
  ]
    .flat()
    .map((definition) => [definition.name, definition]),
);

export interface FunctionReference {
  readonly name: string;
  readonly writtenName: string;
  readonly database?: string;
  readonly args: readonly BoundExpression[];
}

/** Binds a call: 1305 for an unknown function, 1582 for a wrong number of arguments. */
export function bindFunction(call: FunctionReference, environment: BindEnvironment): BoundExpression {
  const definition = call.database === undefined ? FUNCTIONS.get(call.name) : undefined;
  if (definition === undefined) return bindEngineFunction(call, environment);
  const count = call.args.length;
  const wrongParity = definition.parity !== undefined && (count % 2 === 0) !== (definition.parity === "even");
  if (count < definition.minArguments || count > definition.maxArguments || wrongParity) {
    throw sqlError("ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT", call.writtenName);
  }
  return definition.bind(call.args, environment);
}

/** Functions that the engine answers: active_branch(), hashof(), dolt_x() … */
function bindEngineFunction(call: FunctionReference, environment: BindEnvironment): BoundExpression {
  const type = call.database === undefined ? environment.engineFunctionType(call.name) : undefined;
  if (type === undefined) {
    if (call.database === undefined && isKnownToMySql(call.name)) {
      throw sqlError("ER_NOT_SUPPORTED_YET", `function ${call.name}`);
    }
    const database = call.database ?? environment.database;
    if (database === undefined) throw sqlError("ER_NO_DB_ERROR");
    throw sqlError("ER_SP_DOES_NOT_EXIST", "FUNCTION", `${database}.${call.writtenName}`);
  }
  const { name } = call;
  return boundCall({
    name,
    args: call.args,
    volatility: "row",
    result: { type, nullable: true, coercibility: 4 },
    build: (evaluators) => (frame) =>
      frame.context.callEngineFunction(
        name,
        evaluators.map((evaluate) => evaluate(frame)),
      ),
  });
}
