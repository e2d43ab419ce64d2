/** One SELECT: options, select list, FROM, WHERE, GROUP BY, HAVING, WINDOW. */
import type { Expression } from "../ast/expression.ts";
import type { OrderItem, Select, SelectItem } from "../ast/query.ts";
import { T_STRING } from "../lexer/lexer.ts";
import { decodeText } from "../lexer/string-text.ts";
import { parseExpression } from "./expression.ts";
import { type IntoHolder, takeInto } from "./query.ts";
import { parseTableReferences } from "./table-reference.ts";
import type { TokenReader } from "./token-reader.ts";
import { parseWindowSpecification } from "./window.ts";

export function parseSelect(reader: TokenReader, holder: IntoHolder): Select {
  reader.expect("SELECT");
  const options = parseOptions(reader);
  const items = parseSelectItems(reader);
  takeInto(reader, holder);
  const from = parseFrom(reader);
  const where = reader.accept("WHERE") ? { where: parseExpression(reader) } : {};
  const { groupBy, rollup } = parseGroupBy(reader);
  const having = reader.accept("HAVING") ? { having: parseExpression(reader) } : {};
  const windows = reader.accept("WINDOW") ? reader.list(() => parseNamedWindow(reader)) : [];
  const qualify = reader.accept("QUALIFY") ? { qualify: parseExpression(reader) } : {};
  return {
    kind: "select",
    ...options,
    items,
    from,
    ...where,
    groupBy,
    rollup,
    ...having,
    windows,
    ...qualify,
  };
}

const PLAIN_OPTIONS: ReadonlySet<string> = new Set([
  "HIGH_PRIORITY",
  "SQL_SMALL_RESULT",
  "SQL_BIG_RESULT",
  "SQL_BUFFER_RESULT",
  "SQL_NO_CACHE",
]);

type SelectOptions = Pick<Select, "distinct" | "straightJoin" | "calcFoundRows" | "options">;

function parseOptions(reader: TokenReader): SelectOptions {
  let distinct = false;
  let straightJoin = false;
  let calcFoundRows = false;
  const options: string[] = [];
  for (;;) {
    const word = reader.word;
    if (word === "DISTINCT" || word === "DISTINCTROW") distinct = true;
    else if (word === "STRAIGHT_JOIN") straightJoin = true;
    else if (word === "SQL_CALC_FOUND_ROWS") calcFoundRows = true;
    else if (PLAIN_OPTIONS.has(word)) options.push(word);
    else if (word !== "ALL") return { distinct, straightJoin, calcFoundRows, options };
    reader.advance();
  }
}

/** `*` alone only comes first. */
function parseSelectItems(reader: TokenReader): readonly SelectItem[] {
  const items: SelectItem[] = [];
  if (reader.accept("*")) {
    items.push({ kind: "star" });
    if (!reader.accept(",")) return items;
  }
  items.push(...reader.list(() => parseSelectItem(reader)));
  return items;
}

function parseSelectItem(reader: TokenReader): SelectItem {
  if (reader.identifierAt(0) && reader.wordAt(1) === ".") {
    if (reader.wordAt(2) === "*") {
      const table = reader.identifier();
      reader.moveTo(reader.position + 2);
      return { kind: "star", table };
    }
    if (reader.identifierAt(2) && reader.wordAt(3) === "." && reader.wordAt(4) === "*") {
      const database = reader.identifier();
      reader.advance();
      const table = reader.identifier();
      reader.moveTo(reader.position + 2);
      return { kind: "star", database, table };
    }
  }
  const start = reader.start;
  const expression = parseExpression(reader);
  const text = itemText(reader, expression, start);
  const alias = parseAlias(reader);
  return { kind: "item", expression, ...(alias === undefined ? {} : { alias }), text };
}

function itemText(reader: TokenReader, expression: Expression, start: number): string {
  if (expression.kind === "string" && expression.start === start) {
    return decodeText(expression.bytes, 0, expression.firstLength ?? expression.bytes.length);
  }
  return reader.sourceText(start, reader.previousEnd);
}

/** `[AS] name`, where the name may be a string. */
export function parseAlias(reader: TokenReader): string | undefined {
  if (reader.accept("AS")) return reader.identifierOrString();
  if (reader.atIdentifier || reader.kind === T_STRING) return reader.identifierOrString();
  return undefined;
}

function parseFrom(reader: TokenReader): Select["from"] {
  if (!reader.accept("FROM")) return [];
  if (reader.accept("DUAL")) return [];
  return parseTableReferences(reader);
}

function parseGroupBy(reader: TokenReader): {
  readonly groupBy: readonly OrderItem[];
  readonly rollup: boolean;
} {
  if (!reader.acceptClause("GROUP", "BY")) return { groupBy: [], rollup: false };
  if (reader.at("ROLLUP") && reader.wordAt(1) === "(") {
    reader.advance();
    return { groupBy: reader.parenthesized(() => parsePlainOrderItem(reader)), rollup: true };
  }
  const groupBy = reader.list(() => parsePlainOrderItem(reader));
  return { groupBy, rollup: reader.acceptAll("WITH", "ROLLUP") };
}

function parsePlainOrderItem(reader: TokenReader): OrderItem {
  return { expression: parseExpression(reader), descending: false };
}

function parseNamedWindow(reader: TokenReader): Select["windows"][number] {
  const name = reader.identifier();
  reader.expect("AS");
  return { name, window: parseWindowSpecification(reader) };
}
