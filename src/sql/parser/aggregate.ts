/** Aggregate functions, plain or with OVER. */
import type { Aggregate, AggregateName, Expression } from "../ast/expression.ts";
import { parseExpression, parseExpressionList } from "./expression.ts";
import { parseOrderItems } from "./query.ts";
import type { TokenReader } from "./token-reader.ts";
import { parseOver } from "./window.ts";

export const AGGREGATES: ReadonlyMap<string, AggregateName> = new Map([
  ["COUNT", "count"],
  ["SUM", "sum"],
  ["AVG", "avg"],
  ["MIN", "min"],
  ["MAX", "max"],
  ["BIT_AND", "bit_and"],
  ["BIT_OR", "bit_or"],
  ["BIT_XOR", "bit_xor"],
  ["STD", "std"],
  ["STDDEV", "std"],
  ["STDDEV_POP", "std"],
  ["STDDEV_SAMP", "stddev_samp"],
  ["VARIANCE", "variance"],
  ["VAR_POP", "variance"],
  ["VAR_SAMP", "var_samp"],
  ["GROUP_CONCAT", "group_concat"],
  ["JSON_ARRAYAGG", "json_arrayagg"],
  ["JSON_OBJECTAGG", "json_objectagg"],
  ["ST_COLLECT", "st_collect"],
]);

const WITH_DISTINCT: ReadonlySet<string> = new Set([
  "count",
  "sum",
  "avg",
  "min",
  "max",
  "group_concat",
  "st_collect",
]);

export function parseAggregate(reader: TokenReader): Expression {
  const start = reader.start;
  const name = AGGREGATES.get(reader.word);
  if (name === undefined) return reader.fail();
  reader.advance();
  reader.expect("(");
  const inside = parseInside(reader, name);
  reader.expect(")");
  const over = reader.at("OVER") && name !== "group_concat" ? { over: parseOver(reader) } : {};
  return { kind: "aggregate", name, ...inside, ...over, start, end: reader.previousEnd };
}

type Inside = Pick<Aggregate, "distinct" | "star" | "args" | "orderBy" | "separator">;

function parseInside(reader: TokenReader, name: AggregateName): Inside {
  if (name === "count" && reader.accept("*")) return { distinct: false, star: true, args: [], orderBy: [] };
  const distinct = WITH_DISTINCT.has(name) && reader.accept("DISTINCT");
  if (!distinct) reader.accept("ALL");
  if (name === "json_objectagg") {
    const key = parseExpression(reader);
    reader.expect(",");
    return { distinct, star: false, args: [key, parseExpression(reader)], orderBy: [] };
  }
  if (name === "group_concat" || (name === "count" && distinct)) {
    const args = parseExpressionList(reader);
    if (name === "count") return { distinct, star: false, args, orderBy: [] };
    const orderBy = reader.acceptClause("ORDER", "BY") ? parseOrderItems(reader) : [];
    const separator = reader.accept("SEPARATOR") ? { separator: reader.stringBytes() } : {};
    return { distinct, star: false, args, orderBy, ...separator };
  }
  return { distinct, star: false, args: [parseExpression(reader)], orderBy: [] };
}
