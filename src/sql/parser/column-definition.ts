/** Column definitions, REFERENCES and CHECK clauses. */
import type {
  CheckDefinition,
  ColumnDefaultClause,
  ColumnDefinition,
  ReferenceAction,
  ReferenceClause,
} from "../ast/data-definition.ts";
import type { Expression } from "../ast/expression.ts";
import { T_STRING } from "../lexer/lexer.ts";
import { parseDataType } from "./data-type.ts";
import { parseExpression } from "./expression.ts";
import { isCharsetIntroducer, parseLiteral } from "./literal.ts";
import { parseCollationName, parseSimple } from "./simple-expression.ts";
import { parseTableName } from "./table-reference.ts";
import type { TokenReader } from "./token-reader.ts";

type Draft = { -readonly [K in keyof ColumnDefinition]: ColumnDefinition[K] } & { checks: CheckDefinition[] };

/** `name type attributes …` */
export function parseColumnDefinition(reader: TokenReader): ColumnDefinition {
  const start = reader.start;
  const name = parseColumnName(reader);
  return parseField(reader, name, start);
}

/** A column may be written `table.column` here; the qualifier is ignored. */
function parseColumnName(reader: TokenReader): string {
  let name = reader.identifier();
  while (reader.accept(".")) name = reader.identifier();
  return name;
}

/** What follows the column's name. */
export function parseField(reader: TokenReader, name: string, start: number): ColumnDefinition {
  const serial = reader.at("SERIAL");
  const type = parseDataType(reader);
  const draft: Draft = {
    name,
    type,
    autoIncrement: serial,
    primaryKey: false,
    unique: serial,
    checks: [],
    attributes: {},
    start,
    end: start,
  };
  if (serial) draft.nullable = false;
  if (reader.accept("COLLATE")) draft.type = { ...type, collation: parseCollationName(reader) };
  if (reader.at("GENERATED") || reader.at("AS")) parseGenerated(reader, draft);
  while (parseAttribute(reader, draft)) {
    // each call reads one attribute
  }
  if (reader.at("REFERENCES")) draft.references = parseReferences(reader);
  draft.end = reader.previousEnd;
  return draft;
}

function parseGenerated(reader: TokenReader, draft: Draft): void {
  if (reader.accept("GENERATED")) reader.expect("ALWAYS");
  reader.expect("AS", "(");
  const expression = parseExpression(reader);
  reader.expect(")");
  const stored = reader.accept("STORED");
  if (!stored) reader.accept("VIRTUAL");
  draft.generated = { expression, stored };
}

/** Reads one attribute; false when none stands here. */
function parseAttribute(reader: TokenReader, draft: Draft): boolean {
  switch (reader.word) {
    case "NULL":
      reader.advance();
      draft.nullable = true;
      return true;
    case "NOT":
      reader.advance();
      if (reader.accept("SECONDARY")) draft.attributes = { ...draft.attributes, not_secondary: "1" };
      else {
        reader.expect("NULL");
        draft.nullable = false;
      }
      return true;
    case "DEFAULT":
      reader.advance();
      draft.default = parseDefault(reader);
      return true;
    case "ON":
      if (reader.wordAt(1) !== "UPDATE") return false;
      reader.moveTo(reader.position + 2);
      draft.onUpdateNow = parseNow(reader);
      return true;
    case "AUTO_INCREMENT":
      reader.advance();
      draft.autoIncrement = true;
      return true;
    case "SERIAL":
      reader.advance();
      reader.expect("DEFAULT", "VALUE");
      draft.autoIncrement = true;
      draft.nullable = false;
      draft.unique = true;
      return true;
    case "PRIMARY":
      reader.advance();
      reader.expect("KEY");
      draft.primaryKey = true;
      return true;
    case "KEY":
      reader.advance();
      draft.primaryKey = true;
      return true;
    case "UNIQUE":
      reader.advance();
      reader.accept("KEY");
      draft.unique = true;
      return true;
  }
  return parseLesserAttribute(reader, draft);
}

function parseLesserAttribute(reader: TokenReader, draft: Draft): boolean {
  switch (reader.word) {
    case "COMMENT":
      reader.advance();
      draft.comment = reader.stringBytes();
      return true;
    case "COLLATE":
      reader.advance();
      draft.type = { ...draft.type, collation: parseCollationName(reader) };
      return true;
    case "VISIBLE":
    case "INVISIBLE":
      draft.invisible = reader.word === "INVISIBLE";
      reader.advance();
      return true;
    case "SRID":
      reader.advance();
      draft.srid = reader.integer();
      return true;
    case "CHECK":
      draft.checks.push(parseCheck(reader, undefined));
      return true;
    case "CONSTRAINT": {
      reader.advance();
      const name = reader.at("CHECK") ? undefined : reader.identifier();
      draft.checks.push(parseCheck(reader, name));
      return true;
    }
    case "COLUMN_FORMAT":
    case "STORAGE": {
      const name = reader.anyWord();
      draft.attributes = { ...draft.attributes, [name]: reader.anyWord() };
      return true;
    }
    case "ENGINE_ATTRIBUTE":
    case "SECONDARY_ENGINE_ATTRIBUTE": {
      const name = reader.anyWord();
      reader.acceptEquals();
      draft.attributes = { ...draft.attributes, [name]: reader.stringText() };
      return true;
    }
  }
  return false;
}

/** After DEFAULT. */
export function parseDefault(reader: TokenReader): ColumnDefaultClause {
  if (reader.at("(")) {
    reader.advance();
    const value = parseExpression(reader);
    reader.expect(")");
    return { kind: "expression", value };
  }
  return { kind: "value", value: parseDefaultValue(reader) };
}

const NOW_WORDS: ReadonlySet<string> = new Set(["NOW", "CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP"]);

function parseDefaultValue(reader: TokenReader): Expression {
  if (reader.atAny(NOW_WORDS)) return parseSimple(reader);
  const start = reader.start;
  if (reader.at("+") || reader.at("-")) {
    const negative = reader.at("-");
    reader.advance();
    const operand = parseLiteral(reader);
    if (operand.kind !== "number") reader.failAt(operand.start);
    if (!negative) return operand;
    return { kind: "unary", operator: "-", operand, start, end: reader.previousEnd };
  }
  const temporal = reader.kindAt(1) === T_STRING && ["DATE", "TIME", "TIMESTAMP"].includes(reader.word);
  if (temporal || isCharsetIntroducer(reader)) return parseSimple(reader);
  return parseLiteral(reader);
}

/** NOW(n) and its synonyms: the fraction digits. */
function parseNow(reader: TokenReader): number {
  if (!reader.atAny(NOW_WORDS)) reader.fail();
  const now = reader.at("NOW");
  reader.advance();
  if (now && !reader.at("(")) reader.fail();
  if (!reader.accept("(")) return 0;
  const fraction = reader.at(")") ? 0 : reader.integer();
  reader.expect(")");
  return fraction;
}

/** CHECK (expression) [[NOT] ENFORCED] */
export function parseCheck(reader: TokenReader, name: string | undefined): CheckDefinition {
  reader.expect("CHECK", "(");
  const expression = parseExpression(reader);
  reader.expect(")");
  let enforced = true;
  if (reader.acceptAll("NOT", "ENFORCED")) enforced = false;
  else reader.accept("ENFORCED");
  return { ...(name === undefined ? {} : { name }), expression, enforced };
}

export function parseReferences(reader: TokenReader): ReferenceClause {
  reader.expect("REFERENCES");
  const table = parseTableName(reader);
  const clause: { -readonly [K in keyof ReferenceClause]: ReferenceClause[K] } = { table };
  if (reader.at("(")) clause.columns = reader.parenthesized(() => reader.identifier());
  if (reader.accept("MATCH")) {
    const match = reader.anyWord();
    if (match !== "full" && match !== "partial" && match !== "simple") reader.fail();
    clause.match = match;
  }
  for (;;) {
    if (reader.acceptAll("ON", "DELETE")) clause.onDelete = parseAction(reader);
    else if (reader.acceptAll("ON", "UPDATE")) clause.onUpdate = parseAction(reader);
    else return clause;
  }
}

function parseAction(reader: TokenReader): ReferenceAction {
  if (reader.accept("RESTRICT")) return "restrict";
  if (reader.accept("CASCADE")) return "cascade";
  if (reader.acceptAll("SET", "NULL")) return "set null";
  if (reader.acceptAll("SET", "DEFAULT")) return "set default";
  reader.expect("NO", "ACTION");
  return "no action";
}
