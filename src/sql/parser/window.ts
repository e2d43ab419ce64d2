/** Window functions, OVER and window specifications. */
import type { Expression, WindowFunction, WindowReference } from "../ast/expression.ts";
import type { FrameBound, WindowFrame, WindowSpecification } from "../ast/query.ts";
import { parseExpression, parseExpressionList, parseUnit } from "./expression.ts";
import { parseOrderItems } from "./query.ts";
import type { TokenReader } from "./token-reader.ts";

type WindowName = WindowFunction["name"];

/** word → name and how many arguments it may have */
export const WINDOW_FUNCTIONS: ReadonlyMap<string, readonly [WindowName, number, number]> = new Map([
  ["ROW_NUMBER", ["row_number", 0, 0]],
  ["RANK", ["rank", 0, 0]],
  ["DENSE_RANK", ["dense_rank", 0, 0]],
  ["CUME_DIST", ["cume_dist", 0, 0]],
  ["PERCENT_RANK", ["percent_rank", 0, 0]],
  ["NTILE", ["ntile", 1, 1]],
  ["LEAD", ["lead", 1, 3]],
  ["LAG", ["lag", 1, 3]],
  ["FIRST_VALUE", ["first_value", 1, 1]],
  ["LAST_VALUE", ["last_value", 1, 1]],
  ["NTH_VALUE", ["nth_value", 2, 2]],
]);

export function parseWindowFunction(reader: TokenReader): Expression {
  const start = reader.start;
  const found = WINDOW_FUNCTIONS.get(reader.word);
  if (found === undefined) return reader.fail();
  const [name, least, most] = found;
  reader.advance();
  reader.expect("(");
  const args: Expression[] = [];
  while (args.length < most && !reader.at(")")) {
    if (args.length > 0) reader.expect(",");
    args.push(parseExpression(reader));
  }
  if (args.length < least) reader.fail();
  reader.expect(")");
  if (name === "nth_value" && reader.accept("FROM")) reader.expect("FIRST");
  if (reader.accept("RESPECT")) reader.expect("NULLS");
  const over = parseOver(reader);
  return { kind: "window-function", name, args, over, start, end: reader.previousEnd };
}

export function parseOver(reader: TokenReader): WindowReference {
  reader.expect("OVER");
  if (!reader.at("(")) return { kind: "name", name: reader.identifier() };
  return { kind: "specification", window: parseWindowSpecification(reader) };
}

/** `( [name] [PARTITION BY …] [ORDER BY …] [frame] )` */
export function parseWindowSpecification(reader: TokenReader): WindowSpecification {
  reader.expect("(");
  const named = reader.atIdentifier && !reader.at("PARTITION");
  const base = named ? { base: reader.identifier() } : {};
  const partitionBy = reader.acceptClause("PARTITION", "BY") ? parseExpressionList(reader) : [];
  const orderBy = reader.acceptClause("ORDER", "BY") ? parseOrderItems(reader) : [];
  const frame = parseFrame(reader);
  reader.expect(")");
  return { ...base, partitionBy, orderBy, ...(frame === undefined ? {} : { frame }) };
}

function parseFrame(reader: TokenReader): WindowFrame | undefined {
  const word = reader.word;
  if (word !== "ROWS" && word !== "RANGE" && word !== "GROUPS") return undefined;
  reader.advance();
  const units = word === "ROWS" ? "rows" : word === "RANGE" ? "range" : "groups";
  if (!reader.accept("BETWEEN")) return { units, from: parseBound(reader) };
  const from = parseBound(reader);
  reader.expect("AND");
  return { units, from, to: parseBound(reader) };
}

function parseBound(reader: TokenReader): FrameBound {
  if (reader.accept("UNBOUNDED")) {
    if (reader.accept("PRECEDING")) return { kind: "unbounded preceding" };
    reader.expect("FOLLOWING");
    return { kind: "unbounded following" };
  }
  if (reader.accept("CURRENT")) {
    reader.expect("ROW");
    return { kind: "current row" };
  }
  const interval = reader.accept("INTERVAL");
  const amount = parseExpression(reader);
  const unit = interval ? { unit: parseUnit(reader) } : {};
  if (reader.accept("PRECEDING")) return { kind: "preceding", amount, ...unit };
  reader.expect("FOLLOWING");
  return { kind: "following", amount, ...unit };
}
