/** SET in all its forms. */
import type { Expression, VariableScope } from "../ast/expression.ts";
import type { SetAssignment } from "../ast/session.ts";
import type { Statement } from "../ast/statement.ts";
import { T_QUOTED, T_WORD } from "../lexer/lexer.ts";
import { parseAccountName, parseAccountNames } from "./account-name.ts";
import { parseExpression } from "./expression.ts";
import { parseAccess, parseIsolation } from "./session.ts";
import {
  parseCharsetName,
  parseCollationName,
  parseDottedName,
  parseVariableName,
} from "./simple-expression.ts";
import type { TokenReader } from "./token-reader.ts";

const SCOPES: ReadonlyMap<string, VariableScope> = new Map([
  ["GLOBAL", "global"],
  ["SESSION", "session"],
  ["LOCAL", "local"],
  ["PERSIST", "persist"],
  ["PERSIST_ONLY", "persist_only"],
]);

export function parseSet(reader: TokenReader): Statement {
  const start = reader.start;
  reader.advance();
  const whole = parseWhole(reader, start);
  if (whole !== undefined) return whole;
  const assignments = reader.list(() => parseAssignment(reader));
  return { kind: "set", assignments, start, end: reader.previousEnd };
}

/** SET forms that cannot be combined with others. */
function parseWhole(reader: TokenReader, start: number): Statement | undefined {
  if (reader.at("ROLE") && reader.wordAt(1) !== "=") return parseSetRole(reader, start);
  if (reader.acceptAll("DEFAULT", "ROLE")) {
    const roles = reader.accept("NONE") ? "none" : reader.accept("ALL") ? "all" : parseAccountNames(reader);
    reader.expect("TO");
    return {
      kind: "set-default-role",
      roles,
      accounts: parseAccountNames(reader),
      start,
      end: reader.previousEnd,
    };
  }
  if (reader.acceptAll("RESOURCE", "GROUP")) {
    const name = reader.identifier();
    reader.takeRest();
    return { kind: "set-resource-group", name, start, end: reader.previousEnd };
  }
  const scoped = reader.wordAt(1) === "TRANSACTION" && SCOPES.has(reader.word);
  if (
    scoped ||
    (reader.at("TRANSACTION") && (reader.wordAt(1) === "ISOLATION" || reader.wordAt(1) === "READ"))
  ) {
    const assignment = parseTransaction(reader);
    return { kind: "set", assignments: [assignment], start, end: reader.previousEnd };
  }
  if (reader.at("PASSWORD") && reader.wordAt(1) !== ".") {
    const assignment = parsePassword(reader);
    return { kind: "set", assignments: [assignment], start, end: reader.previousEnd };
  }
  return undefined;
}

function parseSetRole(reader: TokenReader, start: number): Statement {
  reader.advance();
  let except: Extract<Statement, { kind: "set-role" }>["except"] = [];
  let roles: Extract<Statement, { kind: "set-role" }>["roles"];
  if (reader.accept("DEFAULT")) roles = "default";
  else if (reader.accept("NONE")) roles = "none";
  else if (reader.accept("ALL")) {
    roles = "all";
    if (reader.accept("EXCEPT")) except = parseAccountNames(reader);
  } else roles = parseAccountNames(reader);
  return { kind: "set-role", roles, except, start, end: reader.previousEnd };
}

function parseTransaction(reader: TokenReader): SetAssignment {
  const scopeWord = SCOPES.get(reader.word);
  if (scopeWord !== undefined) reader.advance();
  reader.expect("TRANSACTION");
  const scope =
    scopeWord === undefined ? {} : ({ scope: scopeWord === "global" ? "global" : "session" } as const);
  const found: { isolation?: ReturnType<typeof parseIsolation>; access?: ReturnType<typeof parseAccess> } =
    {};
  do {
    if (reader.at("ISOLATION") && found.isolation === undefined) found.isolation = parseIsolation(reader);
    else if (found.access === undefined) found.access = parseAccess(reader);
    else reader.fail();
  } while (reader.accept(","));
  return { kind: "transaction", ...scope, ...found };
}

function parsePassword(reader: TokenReader): SetAssignment {
  reader.advance();
  const account = reader.accept("FOR") ? { account: parseAccountName(reader) } : {};
  let password = {};
  if (reader.accept("TO")) reader.expect("RANDOM");
  else {
    if (!reader.accept("=")) reader.expect(":=");
    password = { password: reader.stringText() };
  }
  const replace = reader.accept("REPLACE") ? { replace: reader.stringText() } : {};
  const retainCurrent = reader.acceptAll("RETAIN", "CURRENT", "PASSWORD");
  return { kind: "password", ...account, ...password, ...replace, retainCurrent };
}

function parseAssignment(reader: TokenReader): SetAssignment {
  if (reader.accept("@")) {
    const name = parseVariableName(reader);
    expectAssign(reader);
    return { kind: "user-variable", name, value: parseExpression(reader) };
  }
  if (reader.at("@@")) return parseAtVariable(reader);
  if (reader.at("NAMES") && !atAssign(reader, 1)) return parseNames(reader);
  if (reader.at("CHARSET") || (reader.at("CHARACTER") && reader.wordAt(1) === "SET"))
    return parseCharacterSet(reader);
  const scope = SCOPES.get(reader.word);
  if (scope !== undefined && !atAssign(reader, 1) && reader.wordAt(1) !== ".") {
    reader.advance();
    return {
      kind: "system-variable",
      scope,
      name: parseDottedName(reader),
      value: parseValue(reader),
      at: false,
    };
  }
  return { kind: "system-variable", name: parseDottedName(reader), value: parseValue(reader), at: false };
}

function atAssign(reader: TokenReader, ahead: number): boolean {
  const word = reader.wordAt(ahead);
  return word === "=" || word === ":=";
}

function expectAssign(reader: TokenReader): void {
  if (!reader.accept("=")) reader.expect(":=");
}

/** @@name, @@global.name … */
function parseAtVariable(reader: TokenReader): SetAssignment {
  reader.advance();
  const scoped = reader.kind === T_WORD && reader.wordAt(1) === ".";
  const scope = scoped ? SCOPES.get(reader.currentText().toUpperCase()) : undefined;
  if (scope !== undefined) reader.moveTo(reader.position + 2);
  const name = parseDottedName(reader);
  const value = parseValue(reader);
  return { kind: "system-variable", ...(scope === undefined ? {} : { scope }), name, value, at: true };
}

/** The words that are values although reserved. */
const VALUE_WORDS: ReadonlySet<string> = new Set(["ON", "ALL", "BINARY", "ROW", "SYSTEM"]);

function parseValue(reader: TokenReader): Expression {
  expectAssign(reader);
  const { start, tokenEnd: end } = reader;
  if (reader.at("DEFAULT") && reader.wordAt(1) !== "(") {
    reader.advance();
    return { kind: "default", start, end };
  }
  const next = reader.wordAt(1);
  const alone = next === "," || (next === "" && reader.kindAt(1) === 0);
  if (alone && (reader.atAny(VALUE_WORDS) || reader.kind === T_WORD || reader.kind === T_QUOTED)) {
    const bytes = new TextEncoder().encode(reader.currentText());
    reader.advance();
    return { kind: "string", bytes, start, end };
  }
  return parseExpression(reader);
}

function parseNames(reader: TokenReader): SetAssignment {
  reader.advance();
  if (reader.accept("DEFAULT")) return { kind: "names" };
  const charset = parseCharsetName(reader);
  if (!reader.accept("COLLATE")) return { kind: "names", charset };
  return { kind: "names", charset, collation: parseCollationName(reader) };
}

function parseCharacterSet(reader: TokenReader): SetAssignment {
  if (!reader.accept("CHARSET")) reader.expect("CHARACTER", "SET");
  if (reader.accept("DEFAULT")) return { kind: "character-set" };
  return { kind: "character-set", charset: parseCharsetName(reader) };
}
