/**
 * Expressions as MySQL prints them in SHOW CREATE, information_schema and view definitions: names in backquotes,
 * functions in lower case, every operation in parentheses, truth tests spelled out (`a AND b` over numbers is
 * `((0 <> a) and (0 <> b))`), NOT pushed inwards. The text means the same as the expression and parses to a tree that
 * prints the same.
 */
import { unreachable } from "../../base/assert.ts";
import type { CastType } from "../ast/data-type.ts";
import type {
  Aggregate,
  BinaryLiteral,
  Case,
  ColumnReference,
  ComparisonOperator,
  Expression,
  FunctionCall,
  JsonFallback,
  JsonValueFunction,
  Quantified,
  StringLiteral,
  Trim,
  WindowReference,
} from "../ast/expression.ts";
import { decodeText } from "../lexer/string-text.ts";
import { printQuery, printWindow } from "./print-query.ts";
import { hexText, quoteName, quoteString } from "./text-writer.ts";

export interface PrintOptions {
  /** Strings get their character set (`_utf8mb4'x'`), as in tables; views have them bare. */
  readonly introducers: boolean;
  /** The character set of strings without introducer. */
  readonly charset: string;
}

export const TABLE_EXPRESSION: PrintOptions = { introducers: true, charset: "utf8mb4" };
export const VIEW_EXPRESSION: PrintOptions = { introducers: false, charset: "utf8mb4" };

/** Function names that MySQL prints otherwise than they were written. */
const PRINTED_NAMES: ReadonlyMap<string, string> = new Map([
  ["ceil", "ceiling"],
  ["power", "pow"],
  ["ucase", "upper"],
  ["lcase", "lower"],
  ["character_length", "char_length"],
  ["octet_length", "length"],
  ["day", "dayofmonth"],
]);

export function printExpression(expression: Expression, options: PrintOptions): string {
  return new ExpressionPrinter(options).print(expression);
}

/** Is the value of this expression always 0, 1 or NULL, so that it needs no comparison with 0? */
function isTruthValue(expression: Expression): boolean {
  switch (expression.kind) {
    case "and":
    case "or":
    case "between":
    case "in":
    case "in-query":
    case "like":
    case "regexp":
    case "is":
    case "exists":
    case "quantified":
    case "member-of":
    case "boolean":
      return true;
    case "binary":
      return (
        NEGATIONS.has(expression.operator) || expression.operator === "<=>" || expression.operator === "xor"
      );
    case "unary":
      return expression.operator === "not" || expression.operator === "!";
    case "function":
      return expression.name === "regexp_like" || expression.name === "isnull";
    default:
      return false;
  }
}

const NEGATIONS: ReadonlyMap<string, ComparisonOperator> = new Map([
  ["=", "<>"],
  ["<>", "="],
  ["<", ">="],
  [">=", "<"],
  [">", "<="],
  ["<=", ">"],
]);

export class ExpressionPrinter {
  readonly options: PrintOptions;

  constructor(options: PrintOptions) {
    this.options = options;
  }

  list(expressions: readonly Expression[]): string {
    return expressions.map((expression) => this.print(expression)).join(",");
  }

  print(node: Expression): string {
    switch (node.kind) {
      case "null":
        return "NULL";
      case "boolean":
        return node.value ? "true" : "false";
      case "number":
        return node.text;
      case "string":
        return this.#string(node);
      case "hex":
      case "bit":
        return this.#bytes(node);
      case "temporal":
        return `${node.type.toUpperCase()}${quoteString(node.text)}`;
      case "parameter":
        return "?";
      case "column":
        return printColumn(node);
      case "user-variable":
        return `(@${quoteName(node.name)})`;
      case "system-variable":
        return `@@${node.scope === undefined ? "" : `${node.scope}.`}${node.name}`;
      case "assignment":
        return `(@${quoteName(node.variable)}:=${this.print(node.value)})`;
      case "default":
        return "default";
      case "default-of":
        return `default(${printColumn(node.column)})`;
      case "values-of":
        return `values(${printColumn(node.column)})`;
      case "row":
        return `(${this.list(node.items)})`;
      default:
        return this.#operation(node);
    }
  }

  #string(node: StringLiteral): string {
    const text = quoteString(decodeText(node.bytes, 0, node.bytes.length));
    if (!this.options.introducers && node.introducer === undefined) return text;
    if (node.introducer === "binary") return `_binary${text}`;
    return this.options.introducers ? `_${node.introducer ?? this.options.charset}${text}` : text;
  }

  #bytes(node: BinaryLiteral): string {
    if (node.introducer === undefined || node.introducer === "binary") return hexText(node.bytes);
    return `_${node.introducer} ${hexText(node.bytes)}`;
  }

  #operation(node: Exclude<Expression, { kind: LeafKind }>): string {
    switch (node.kind) {
      case "unary":
        if (node.operator === "not" || node.operator === "!") return this.negated(node.operand);
        return `${node.operator}(${this.print(node.operand)})`;
      case "binary":
        if (node.operator === "xor") return `(${this.truth(node.left)} xor ${this.truth(node.right)})`;
        return `(${this.print(node.left)} ${node.operator === "div" ? "DIV" : node.operator} ${this.print(node.right)})`;
      case "and":
      case "or":
        return `(${this.#terms(node.kind, node.operands, false).join(` ${node.kind} `)})`;
      case "between": {
        const not = node.negated ? "not " : "";
        return `(${this.print(node.operand)} ${not}between ${this.print(node.low)} and ${this.print(node.high)})`;
      }
      case "in":
        return `(${this.print(node.operand)} ${node.negated ? "not in" : "in"} (${this.list(node.items)}))`;
      case "in-query": {
        const word = node.negated ? "not in" : "in";
        return `${this.print(node.operand)} ${word} (${printQuery(node.query, this.options)})`;
      }
      case "like": {
        const escaped = node.escape === undefined ? "" : ` escape ${this.print(node.escape)}`;
        const like = `(${this.print(node.operand)} like ${this.print(node.pattern)}${escaped})`;
        return node.negated ? `(not(${like}))` : like;
      }
      case "regexp": {
        const call = `regexp_like(${this.print(node.operand)},${this.print(node.pattern)})`;
        return node.negated ? `(not(${call}))` : call;
      }
      case "is":
        return this.#is(node.operand, node.test, node.negated);
      case "case":
        return this.#case(node);
      default:
        return this.#special(node);
    }
  }

  #is(operand: Expression, test: "null" | "true" | "false" | "unknown", negated: boolean): string {
    const nullTest = test === "null" || test === "unknown";
    const inner = nullTest ? this.print(operand) : this.truth(operand);
    return `(${inner} is ${negated ? "not " : ""}${nullTest ? "null" : test})`;
  }

  /** As a condition. */
  truth(node: Expression): string {
    return isTruthValue(node) ? this.print(node) : `(0 <> ${this.print(node)})`;
  }

  /** The terms of a chain of one operator: MySQL joins nested chains, also those that a NOT pushed inwards makes. */
  #terms(word: "and" | "or", operands: readonly Expression[], negated: boolean): string[] {
    return operands.flatMap((operand) => {
      let node = operand;
      let inverted = negated;
      while (node.kind === "unary" && (node.operator === "not" || node.operator === "!")) {
        inverted = !inverted;
        node = node.operand;
      }
      if ((node.kind === "and" || node.kind === "or") && (node.kind === word) !== inverted) {
        return this.#terms(word, node.operands, inverted);
      }
      return [inverted ? this.negated(node) : this.truth(node)];
    });
  }

  /** NOT node, pushed inwards where that is possible. */
  negated(node: Expression): string {
    switch (node.kind) {
      case "binary": {
        const operator = NEGATIONS.get(node.operator);
        if (operator !== undefined) return this.print({ ...node, operator });
        break;
      }
      case "unary":
        if (node.operator === "not" || node.operator === "!") return this.truth(node.operand);
        break;
      case "and":
      case "or": {
        const word = node.kind === "and" ? "or" : "and";
        return `(${this.#terms(word, node.operands, true).join(` ${word} `)})`;
      }
      case "between":
      case "in":
      case "in-query":
      case "is":
        return this.print({ ...node, negated: !node.negated });
      case "like":
      case "regexp":
        if (node.negated) return this.print({ ...node, negated: false });
        break;
      case "exists":
        return `(not ${this.print(node)})`;
    }
    return isTruthValue(node) ? `(not(${this.print(node)}))` : `(0 = ${this.print(node)})`;
  }

  #case(node: Case): string {
    const operand = node.operand === undefined ? "" : ` ${this.print(node.operand)}`;
    const branches = node.branches.map(
      ({ when, then: result }) => ` when ${this.print(when)} then ${this.print(result)}`,
    );
    const otherwise = node.otherwise === undefined ? "" : ` else ${this.print(node.otherwise)}`;
    return `(case${operand}${branches.join("")}${otherwise} end)`;
  }

  #special(node: Exclude<Expression, { kind: LeafKind | OperationKind }>): string {
    switch (node.kind) {
      case "cast": {
        const zone = node.timeZone === undefined ? "" : ` at time zone ${quoteString(node.timeZone)}`;
        const array = node.array ? " array" : "";
        return `cast(${this.print(node.operand)}${zone} as ${printCastType(node.type, this.options)}${array})`;
      }
      case "convert-charset":
        return `convert(${this.print(node.operand)} using ${node.charset})`;
      case "collate":
        return `(${this.print(node.operand)} collate ${node.collation})`;
      case "interval": {
        const sign = node.subtract ? "-" : "+";
        return `(${this.print(node.operand)} ${sign} interval ${this.print(node.amount)} ${node.unit})`;
      }
      case "function":
        return this.#function(node);
      case "aggregate":
        return this.#aggregate(node);
      case "window-function":
        return `${node.name}(${this.list(node.args)})${this.#over(node.over)}`;
      case "extract":
        return `extract(${node.unit} from ${this.print(node.operand)})`;
      case "trim":
        return this.#trim(node);
      case "unit-function": {
        const [first, second] = node.args;
        if (node.name === "timestampadd") {
          return `(${this.print(second)} + interval ${this.print(first)} ${node.unit})`;
        }
        return `timestampdiff(${node.unit.toUpperCase()},${this.print(first)},${this.print(second)})`;
      }
      case "get-format":
        return `get_format(${node.type.toUpperCase()}, ${this.print(node.operand)})`;
      case "weight-string": {
        const as = node.as === undefined ? "" : ` as ${node.as.type}(${node.as.length})`;
        return `weight_string(${this.print(node.operand)}${as})`;
      }
      case "char": {
        const using =
          node.charset === undefined || node.charset === this.options.charset ? "" : ` using ${node.charset}`;
        return `char(${this.list(node.args)}${using})`;
      }
      case "member-of":
        return `${this.print(node.operand)} member of (${this.print(node.array)})`;
      case "json-value":
        return this.#jsonValue(node);
      case "match": {
        const columns = node.columns.map(printColumn).join(",");
        return `(match ${columns} against (${this.print(node.against)}${MATCH_MODES[node.mode ?? "natural"]}))`;
      }
      case "subquery":
        return `(${printQuery(node.query, this.options)})`;
      case "exists":
        return `exists(${printQuery(node.query, this.options)})`;
      case "quantified":
        return this.#quantified(node);
      default:
        return unreachable(node);
    }
  }

  #quantified(node: Quantified): string {
    return `${this.print(node.operand)} ${node.operator} ${node.quantifier} (${printQuery(node.query, this.options)})`;
  }

  #trim({ side, remove, operand }: Trim): string {
    if (remove === undefined && side === "both") return `trim(${this.print(operand)})`;
    const what = remove === undefined ? "" : ` ${this.print(remove)}`;
    return `trim(${side}${what} from ${this.print(operand)})`;
  }

  #function(node: FunctionCall): string {
    const [first, second] = node.args;
    const qualifier = node.database === undefined ? "" : `${quoteName(node.database)}.`;
    if (qualifier !== "") return `${qualifier}${quoteName(node.writtenName)}(${this.list(node.args)})`;
    if (first !== undefined && node.args.length === 1) {
      const cast = CASTING_FUNCTIONS.get(node.name);
      if (cast !== undefined) return `cast(${this.print(first)} as ${cast})`;
      if (node.name === "week" || node.name === "yearweek") return `${node.name}(${this.print(first)},0)`;
    }
    if (node.name === "mod" && first !== undefined && second !== undefined) {
      return `(${this.print(first)} % ${this.print(second)})`;
    }
    return `${PRINTED_NAMES.get(node.name) ?? node.name}(${this.list(node.args)})`;
  }

  #aggregate(node: Aggregate): string {
    const distinct = node.distinct ? "distinct " : "";
    let inside = `${distinct}${node.star ? "0" : this.list(node.args)}`;
    if (node.name === "group_concat") {
      const order = node.orderBy.map(
        ({ expression, descending }) => `${this.print(expression)} ${descending ? "DESC" : "ASC"}`,
      );
      if (order.length > 0) inside += ` order by ${order.join(",")}`;
      const { separator } = node;
      inside += ` separator ${quoteString(separator === undefined ? "," : decodeText(separator, 0, separator.length))}`;
    }
    return `${node.name}(${inside})${node.over === undefined ? "" : this.#over(node.over)}`;
  }

  #over(over: WindowReference): string {
    if (over.kind === "name") return ` OVER ${quoteName(over.name)}`;
    return ` OVER ${printWindow(over.window, this.options)} `;
  }

  #jsonValue(node: JsonValueFunction): string {
    const returning = node.returning ?? { name: "char", length: 512 };
    const type = printCastType(returning, this.options).replace(",", ", ");
    const empty = node.onEmpty === undefined ? "" : ` ${this.#fallback(node.onEmpty)} on empty`;
    const error = node.onError === undefined ? "" : ` ${this.#fallback(node.onError)} on error`;
    return `json_value(${this.print(node.document)}, ${this.print(node.path)} returning ${type}${empty}${error})`;
  }

  #fallback(fallback: JsonFallback): string {
    return fallback.kind === "default" ? `default ${this.print(fallback.value)}` : fallback.kind;
  }
}

type LeafKind =
  | "null"
  | "boolean"
  | "number"
  | "string"
  | "hex"
  | "bit"
  | "temporal"
  | "parameter"
  | "column"
  | "user-variable"
  | "system-variable"
  | "assignment"
  | "default"
  | "default-of"
  | "values-of"
  | "row";
type OperationKind =
  | "unary"
  | "binary"
  | "and"
  | "or"
  | "between"
  | "in"
  | "in-query"
  | "like"
  | "regexp"
  | "is"
  | "case";

/** DATE(x), TIME(x) and TIMESTAMP(x) are casts. */
const CASTING_FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ["date", "date"],
  ["time", "time"],
  ["timestamp", "datetime"],
]);

const MATCH_MODES = {
  natural: "",
  boolean: " in boolean mode",
  "natural with expansion": " with query expansion",
  expansion: " with query expansion",
} as const;

function printColumn({ database, table, name }: ColumnReference): string {
  const qualifiers = [database, table].filter((part) => part !== undefined);
  return [...qualifiers, name].map(quoteName).join(".");
}

function printCastType(type: CastType, options: PrintOptions): string {
  const length = type.length === undefined ? "" : `(${type.length})`;
  switch (type.name) {
    case "char":
      return `char${length} charset ${type.charset ?? options.charset}`;
    case "binary":
      return `char${length} charset binary`;
    case "decimal":
      return `decimal(${type.length ?? 10},${type.scale ?? 0})`;
    case "geomcollection":
      return "geometrycollection";
    default:
      return `${type.name}${length}`;
  }
}
