/**
 * Binds an expression's AST: resolves names, derives types, chooses implementations. The result refers to slots,
 * registers and parameters only.
 */
import { charsetInfo, collationInfo, decodeText } from "../../values/charset.ts";
import { sqlError } from "../../values/sql-error.ts";
import { bindAggregate, bindWindowFunction } from "../aggregates/bind-aggregate.ts";
import type { Expression, Like } from "../ast/expression.ts";
import { bindArithmetic, bindNegation } from "../functions/arithmetic.ts";
import { bindBitOperator, bindComplement } from "../functions/bit.ts";
import { bindCast, bindConvertCharset } from "../functions/cast.ts";
import { bindCase } from "../functions/control.ts";
import { bindJsonValue } from "../functions/json-value.ts";
import { bindFunction } from "../functions/registry.ts";
import { bindAssignment, bindSystemVariable, bindUserVariable } from "../functions/variables.ts";
import {
  bindBetween,
  bindComparison,
  bindExists,
  bindIn,
  bindIs,
  bindLike,
  bindLogical,
  bindNot,
  bindQuantified,
  bindRow,
  bindScalarSubquery,
  bindXor,
  requireScalar,
} from "./bind-condition.ts";
import { bindLiteral, constant, integerConstant } from "./bind-literal.ts";
import type { BoundExpression } from "./bound-expression.ts";
import { bindCollate } from "./collate.ts";
import type { BindEnvironment, NameScope } from "./name-scope.ts";
import { textType } from "./types.ts";

/** Nesting of expressions that we follow. */
const DEPTH_MAX = 2000;

/** Binds `expression` in `scope`. Throws SqlErrors: unknown names, wrong argument counts, illegal mixes of collations … */
export function bindExpression(
  expression: Expression,
  scope: NameScope,
  environment: BindEnvironment,
): BoundExpression {
  return new Binder(scope, environment).bind(expression);
}

/** A string constant that only our own functions see: units, sides, modes. */
function word(value: string): BoundExpression {
  return constant(value, { type: textType(value.length, "utf8mb4_bin"), coercibility: 4 });
}

class Binder {
  readonly #scope: NameScope;
  readonly #environment: BindEnvironment;
  #depth = 0;

  constructor(scope: NameScope, environment: BindEnvironment) {
    this.#scope = scope;
    this.#environment = environment;
  }

  /** Any expression, rows included. */
  bind(expression: Expression): BoundExpression {
    if (++this.#depth > DEPTH_MAX) throw sqlError("ER_STACK_OVERRUN_NEED_MORE", this.#depth, DEPTH_MAX, 0);
    const bound = this.#bindKind(expression);
    this.#depth--;
    return bound;
  }

  /** A single value; 1241 for a row. */
  #scalar(expression: Expression): BoundExpression {
    const bound = requireScalar(this.bind(expression));
    if (bound.kind === "subquery" && bound.form.kind === "scalar" && bound.plan.columns.length !== 1) {
      throw sqlError("ER_OPERAND_COLUMNS", 1);
    }
    return bound;
  }

  #function(name: string, args: readonly BoundExpression[]): BoundExpression {
    return bindFunction({ name, writtenName: name, args }, this.#environment);
  }

  #bindKind(node: Expression): BoundExpression {
    const environment = this.#environment;
    switch (node.kind) {
      case "null":
      case "boolean":
      case "number":
      case "string":
      case "hex":
      case "bit":
      case "temporal":
        return bindLiteral(node, environment);
      case "parameter": {
        const type =
          environment.parameterTypes[node.index] ?? textType(16383, environment.connectionCollation);
        return {
          kind: "parameter",
          index: node.index,
          type,
          nullable: true,
          coercibility: "collation" in type ? 4 : 5,
        };
      }
      case "column":
        return this.#scope.resolveColumn(node);
      case "user-variable":
        return bindUserVariable(node.name, environment);
      case "system-variable":
        return bindSystemVariable(node, environment);
      case "assignment":
        return bindAssignment(node.variable, this.#scalar(node.value));
      case "unary":
        return this.#unary(node.operator, node.operand);
      case "binary":
        return this.#binary(node);
      case "and":
      case "or":
        return bindLogical(
          node.kind,
          node.operands.map((operand) => this.#scalar(operand)),
        );
      case "between":
        return bindBetween(
          [this.bind(node.operand), this.bind(node.low), this.bind(node.high)],
          node.negated,
          environment,
        );
      case "in":
        return bindIn(
          this.bind(node.operand),
          node.items.map((item) => this.bind(item)),
          node.negated,
          environment,
        );
      case "like":
        return this.#like(node);
      case "regexp": {
        const match = this.#function("regexp_like", [this.#scalar(node.operand), this.#scalar(node.pattern)]);
        return node.negated ? bindNot(match) : match;
      }
      case "is":
        return bindIs(this.#scalar(node.operand), node.test, node.negated);
      case "row":
        return bindRow(node.items.map((item) => this.bind(item)));
      case "subquery":
        return bindScalarSubquery(this.#scope.planSubquery(node.query));
      case "exists":
        return bindExists(this.#scope.planSubquery(node.query));
      case "in-query": {
        const form = node.negated ? IN_NONE : IN_ANY;
        return bindQuantified(
          form,
          this.bind(node.operand),
          this.#scope.planSubquery(node.query),
          environment,
        );
      }
      case "quantified":
        return bindQuantified(
          node,
          this.bind(node.operand),
          this.#scope.planSubquery(node.query),
          environment,
        );
      case "aggregate":
        return bindAggregate(node, this.#scope, environment, bindExpression);
      case "window-function":
        return bindWindowFunction(node, this.#scope, environment, bindExpression);
      case "default":
        throw sqlError("ER_NOT_SUPPORTED_YET", "DEFAULT inside an expression");
      case "default-of":
        return this.#scope.defaultOf(node.column);
      case "values-of":
        return this.#scope.valuesOf(node.column);
      default:
        return this.#bindCall(node);
    }
  }

  /** Functions and what has a syntax of its own but is one. */
  #bindCall(node: FunctionLike): BoundExpression {
    const environment = this.#environment;
    switch (node.kind) {
      case "function": {
        const args = node.args.map((argument) => this.#scalar(argument));
        const { name, writtenName, database } = node;
        return bindFunction(
          { name, writtenName, args, ...(database === undefined ? {} : { database }) },
          environment,
        );
      }
      case "case":
        return bindCase(
          {
            operand: node.operand === undefined ? undefined : this.#scalar(node.operand),
            branches: node.branches.map((branch) => ({
              when: this.#scalar(branch.when),
              result: this.#scalar(branch.then),
            })),
            otherwise: node.otherwise === undefined ? undefined : this.#scalar(node.otherwise),
          },
          environment,
        );
      case "cast":
        if (node.array) throw sqlError("ER_NOT_SUPPORTED_YET", "CAST(… AS … ARRAY)");
        return bindCast(this.#scalar(node.operand), node.type, environment, node.timeZone);
      case "convert-charset":
        return bindConvertCharset(this.#scalar(node.operand), charsetInfo(node.charset).name, environment);
      case "collate":
        return bindCollate(this.#scalar(node.operand), collationInfo(node.collation).name, environment);
      case "interval":
        return this.#function("date_add", [
          this.#scalar(node.operand),
          this.#scalar(node.amount),
          word(node.unit),
          integerConstant(node.subtract ? 1 : 0),
        ]);
      case "extract":
        return this.#function("extract", [word(node.unit), this.#scalar(node.operand)]);
      case "trim": {
        const remove = node.remove === undefined ? [] : [this.#scalar(node.remove)];
        return this.#function("trim", [word(node.side), this.#scalar(node.operand), ...remove]);
      }
      case "unit-function": {
        const [first, second] = node.args;
        return this.#function(node.name, [word(node.unit), this.#scalar(first), this.#scalar(second)]);
      }
      case "get-format":
        return this.#function("get_format", [word(node.type), this.#scalar(node.operand)]);
      case "weight-string": {
        const as = node.as === undefined ? [] : [word(node.as.type), integerConstant(node.as.length)];
        return this.#function("weight_string", [this.#scalar(node.operand), ...as]);
      }
      case "char":
        return this.#function("char", [
          word(node.charset === undefined ? "binary" : charsetInfo(node.charset).name),
          ...node.args.map((argument) => this.#scalar(argument)),
        ]);
      case "member-of":
        return this.#function("member of", [this.#scalar(node.operand), this.#scalar(node.array)]);
      case "json-value": {
        const fallback = (choice: typeof node.onEmpty) =>
          choice?.kind === "default" ? { kind: choice.kind, value: this.#scalar(choice.value) } : choice;
        return bindJsonValue(
          {
            document: this.#scalar(node.document),
            path: this.#scalar(node.path),
            returning: node.returning,
            onEmpty: fallback(node.onEmpty),
            onError: fallback(node.onError),
          },
          environment,
        );
      }
      case "match":
        throw sqlError("ER_NOT_SUPPORTED_YET", "MATCH … AGAINST");
    }
  }

  #unary(operator: "-" | "~" | "not" | "!", operand: Expression): BoundExpression {
    const bound = this.#scalar(operand);
    if (operator === "-") return bindNegation(bound);
    if (operator === "~") return bindComplement(bound);
    return bindNot(bound);
  }

  #binary(node: Expression & { kind: "binary" }): BoundExpression {
    const { operator } = node;
    const environment = this.#environment;
    switch (operator) {
      case "=":
      case "<=>":
      case "<>":
      case "<":
      case "<=":
      case ">":
      case ">=":
        return bindComparison(operator, this.bind(node.left), this.bind(node.right), environment);
      case "xor":
        return bindXor(this.#scalar(node.left), this.#scalar(node.right));
      case "|":
      case "&":
      case "^":
      case "<<":
      case ">>":
        return bindBitOperator(operator, this.#scalar(node.left), this.#scalar(node.right));
      default:
        return bindArithmetic(operator, this.#scalar(node.left), this.#scalar(node.right), environment);
    }
  }

  #like(node: Like): BoundExpression {
    let escapeText: string | undefined;
    if (node.escape !== undefined) {
      const { escape: written } = node;
      // An extracted literal's value is still seen here, and the normaliser never takes this one out.
      if (written.kind === "string") escapeText = decodeText(written.bytes, this.#environment.clientCharset);
      else if (written.kind === "null") escapeText = "\\";
      else throw sqlError("ER_WRONG_ARGUMENTS", "ESCAPE");
    }
    const parts = {
      subject: this.#scalar(node.operand),
      pattern: this.#scalar(node.pattern),
      escape: escapeText,
    };
    return bindLike(parts, node.negated, this.#environment);
  }
}

type FunctionLike = Extract<
  Expression,
  {
    kind:
      | "function"
      | "case"
      | "cast"
      | "convert-charset"
      | "collate"
      | "interval"
      | "extract"
      | "trim"
      | "unit-function"
      | "get-format"
      | "weight-string"
      | "char"
      | "member-of"
      | "json-value"
      | "match";
  }
>;

const IN_ANY = { operator: "=", quantifier: "any" } as const;
const IN_NONE = { operator: "<>", quantifier: "all" } as const;
