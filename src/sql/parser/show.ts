/** SHOW in all its forms. */

import type { AccountName } from "../ast/data-definition.ts";
import type { TableName } from "../ast/query.ts";
import type { Show, ShowFilter, ShowTarget } from "../ast/show.ts";
import { parseAccountName, parseAccountNames } from "./account-name.ts";
import { acceptIfNotExists } from "./create-table.ts";
import { parseExpression } from "./expression.ts";
import { parseLimit } from "./query.ts";
import { parseTableName } from "./table-reference.ts";
import type { TokenReader } from "./token-reader.ts";

export function parseShow(reader: TokenReader): Show {
  const start = reader.start;
  reader.advance();
  const target = parseTarget(reader);
  const filter = FILTERED.has(target.kind) ? parseFilter(reader) : {};
  return { kind: "show", target, filter, start, end: reader.previousEnd };
}

/** Targets that take LIKE or WHERE. */
const FILTERED: ReadonlySet<ShowTarget["kind"]> = new Set([
  "databases",
  "tables",
  "table-status",
  "triggers",
  "events",
  "open-tables",
  "columns",
  "index",
  "variables",
  "status",
  "collation",
  "character-set",
  "procedure-status",
  "function-status",
]);

function parseFilter(reader: TokenReader): ShowFilter {
  if (reader.accept("LIKE")) return { like: reader.stringBytes() };
  return reader.accept("WHERE") ? { where: parseExpression(reader) } : {};
}

function parseTarget(reader: TokenReader): ShowTarget {
  const extended = reader.accept("EXTENDED");
  const full = reader.accept("FULL");
  if (extended || full) return parseDetailed(reader, extended, full);
  const scope = parseScope(reader);
  if (scope !== undefined) {
    const kind = reader.at("STATUS") ? "status" : "variables";
    if (!reader.accept("STATUS")) reader.expect("VARIABLES");
    return { kind, scope };
  }
  return parsePlain(reader) ?? parseByFirstWord(reader);
}

function parseScope(reader: TokenReader): "global" | "session" | undefined {
  if (reader.accept("GLOBAL")) return "global";
  return reader.accept("SESSION") || reader.accept("LOCAL") ? "session" : undefined;
}

/** SHOW [EXTENDED] [FULL] TABLES | COLUMNS, SHOW EXTENDED INDEX, SHOW FULL PROCESSLIST */
function parseDetailed(reader: TokenReader, extended: boolean, full: boolean): ShowTarget {
  switch (reader.word) {
    case "TABLES":
      reader.advance();
      return { kind: "tables", full, extended, ...parseFrom(reader) };
    case "COLUMNS":
    case "FIELDS":
      reader.advance();
      return { kind: "columns", table: parseTableOf(reader), full, extended };
    case "PROCESSLIST":
      if (extended) break;
      reader.advance();
      return { kind: "processlist", full };
    case "INDEX":
    case "INDEXES":
    case "KEYS":
      if (full) break;
      reader.advance();
      return { kind: "index", table: parseTableOf(reader), extended };
  }
  return reader.fail();
}

/** [FROM | IN database] */
function parseFrom(reader: TokenReader): { readonly database?: string } {
  if (!reader.accept("FROM") && !reader.accept("IN")) return {};
  return { database: reader.identifier() };
}

/** FROM t [FROM database] */
function parseTableOf(reader: TokenReader): TableName {
  if (!reader.accept("FROM")) reader.expect("IN");
  const table = parseTableName(reader);
  return { ...table, ...parseFrom(reader) };
}

const PLAIN: readonly (readonly [readonly string[], ShowTarget])[] = [
  [["DATABASES"], { kind: "databases" }],
  [["SCHEMAS"], { kind: "databases" }],
  [["STORAGE", "ENGINES"], { kind: "engines" }],
  [["ENGINES"], { kind: "engines" }],
  [["PLUGINS"], { kind: "plugins" }],
  [["PRIVILEGES"], { kind: "privileges" }],
  [["PROFILES"], { kind: "profiles" }],
  [["BINARY", "LOG", "STATUS"], { kind: "binary-log-status" }],
  [["BINARY", "LOGS"], { kind: "master-logs" }],
  [["REPLICAS"], { kind: "replicas" }],
  [["COLLATION"], { kind: "collation" }],
  [["CHARACTER", "SET"], { kind: "character-set" }],
  [["CHARSET"], { kind: "character-set" }],
  [["PROCESSLIST"], { kind: "processlist", full: false }],
  [["VARIABLES"], { kind: "variables", scope: "session" }],
  [["STATUS"], { kind: "status", scope: "session" }],
  [["PROCEDURE", "STATUS"], { kind: "procedure-status" }],
  [["FUNCTION", "STATUS"], { kind: "function-status" }],
  [["COUNT", "(", "*", ")", "WARNINGS"], { kind: "warnings", count: true }],
  [["COUNT", "(", "*", ")", "ERRORS"], { kind: "errors", count: true }],
];

function parsePlain(reader: TokenReader): ShowTarget | undefined {
  for (const [words, target] of PLAIN) {
    if (reader.acceptAll(...words)) return target;
  }
  return undefined;
}

function parseByFirstWord(reader: TokenReader): ShowTarget {
  switch (reader.word) {
    case "TABLES":
    case "COLUMNS":
    case "FIELDS":
    case "INDEX":
    case "INDEXES":
    case "KEYS":
      return parseDetailed(reader, false, false);
    case "TABLE":
      reader.advance();
      reader.expect("STATUS");
      return { kind: "table-status", ...parseFrom(reader) };
    case "OPEN":
      reader.advance();
      reader.expect("TABLES");
      return { kind: "open-tables", ...parseFrom(reader) };
    case "TRIGGERS":
    case "EVENTS": {
      const kind = reader.word === "TRIGGERS" ? "triggers" : "events";
      reader.advance();
      return { kind, ...parseFrom(reader) };
    }
    case "CREATE":
      reader.advance();
      return parseCreate(reader);
    case "WARNINGS":
    case "ERRORS": {
      const kind = reader.word === "WARNINGS" ? "warnings" : "errors";
      reader.advance();
      const limit = parseLimit(reader);
      return { kind, count: false, ...(limit === undefined ? {} : { limit }) };
    }
    case "GRANTS":
      reader.advance();
      return parseGrants(reader);
  }
  return parseRare(reader);
}

const OBJECTS: ReadonlyMap<string, "table" | "view" | "procedure" | "function" | "trigger" | "event"> =
  new Map([
    ["TABLE", "table"],
    ["VIEW", "view"],
    ["PROCEDURE", "procedure"],
    ["FUNCTION", "function"],
    ["TRIGGER", "trigger"],
    ["EVENT", "event"],
  ]);

function parseCreate(reader: TokenReader): ShowTarget {
  if (reader.accept("DATABASE") || reader.accept("SCHEMA")) {
    const ifNotExists = acceptIfNotExists(reader);
    return { kind: "create-database", ifNotExists, name: reader.identifier() };
  }
  if (reader.accept("USER")) return { kind: "create-user", account: parseAccountName(reader) };
  const object = OBJECTS.get(reader.word);
  if (object === undefined) return reader.fail();
  reader.advance();
  return { kind: "create", object, name: parseTableName(reader) };
}

function parseGrants(reader: TokenReader): ShowTarget {
  if (!reader.accept("FOR")) return { kind: "grants", using: [] };
  const account = parseAccountName(reader);
  const using: readonly AccountName[] = reader.accept("USING") ? parseAccountNames(reader) : [];
  return { kind: "grants", account, using };
}

function parseRare(reader: TokenReader): ShowTarget {
  switch (reader.word) {
    case "PROCEDURE":
    case "FUNCTION": {
      const kind = reader.word === "PROCEDURE" ? "procedure-code" : "function-code";
      reader.advance();
      reader.expect("CODE");
      return { kind, name: parseTableName(reader) };
    }
    case "ENGINE": {
      reader.advance();
      const name = reader.accept("ALL") ? "ALL" : reader.identifierOrString();
      const what = reader.accept("STATUS") ? "status" : reader.accept("MUTEX") ? "mutex" : "logs";
      if (what === "logs") reader.expect("LOGS");
      return { kind: "engine", name, what };
    }
    case "REPLICA":
      reader.advance();
      reader.expect("STATUS");
      if (reader.acceptAll("FOR", "CHANNEL")) reader.identifierOrString();
      return { kind: "replica-status" };
    case "BINLOG":
    case "RELAYLOG": {
      const kind = reader.word === "BINLOG" ? "binlog-events" : "relaylog-events";
      reader.advance();
      reader.expect("EVENTS");
      const file = reader.accept("IN") ? { file: reader.stringText() } : {};
      if (reader.accept("FROM")) reader.integer();
      parseLimit(reader);
      if (reader.acceptAll("FOR", "CHANNEL")) reader.identifierOrString();
      return { kind, ...file };
    }
    case "PROFILE":
      reader.advance();
      reader.takeRest();
      return { kind: "profile" };
  }
  return failAfterPrefix(reader);
}

/** Fails after the longest beginning of a known form. */
function failAfterPrefix(reader: TokenReader): never {
  let longest = 0;
  for (const [words] of PLAIN) {
    let matched = 0;
    while (matched < words.length && reader.wordAt(matched) === words[matched]) matched++;
    longest = Math.max(longest, matched);
  }
  reader.moveTo(reader.position + longest);
  return reader.fail();
}
