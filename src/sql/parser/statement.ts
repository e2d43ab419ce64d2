/** Which statement starts here: one look at the first words, then the parser of that statement. */
import type { Statement } from "../ast/statement.ts";
import {
  parseCall,
  parseDelete,
  parseDo,
  parseInsert,
  parseLoadData,
  parseTruncate,
  parseUpdate,
} from "./data-change.ts";
import { parseAlter, parseCreate, parseDrop, parseRename } from "./definition.ts";
import { parseGrant, parseRevoke } from "./grant.ts";
import { parseQuery, parseQueryAfterWith, parseWith } from "./query.ts";
import {
  parseBegin,
  parseByName,
  parseDeallocate,
  parseEndTransaction,
  parseExecute,
  parseExplain,
  parseFlush,
  parseHelp,
  parseKill,
  parseLock,
  parseMaintenance,
  parsePrepare,
  parseReset,
  parseSavepoint,
  parseStart,
  parseUnlock,
  parseUse,
  parseXa,
} from "./session.ts";
import { parseSet } from "./set.ts";
import { parseShow } from "./show.ts";
import type { TokenReader } from "./token-reader.ts";

type StatementParser = (reader: TokenReader) => Statement;

function readQuery(reader: TokenReader): Statement {
  return parseQuery(reader, true);
}
function readUpdate(reader: TokenReader): Statement {
  return parseUpdate(reader, { start: reader.start, withClause: undefined });
}
function readDelete(reader: TokenReader): Statement {
  return parseDelete(reader, { start: reader.start, withClause: undefined });
}
/** A statement answered by the name that its first words give; the second must be one of `second`, if any are given
 *  ("" is any name). */
function byName(words: number, ...second: readonly string[]): StatementParser {
  return (reader) => {
    const next = reader.wordAt(1);
    if (second.length > 0 && (!second.includes(next) || (next === "" && !reader.identifierAt(1)))) {
      reader.advance();
      reader.fail();
    }
    return parseByName(reader, words);
  };
}
/** A statement of one word. */
function alone(reader: TokenReader): Statement {
  const { start, tokenEnd: end, word: construct } = reader;
  reader.advance();
  return { kind: "other", construct, text: reader.sourceText(start, end), start, end };
}

const PARSERS: ReadonlyMap<string, StatementParser> = new Map<string, StatementParser>([
  ["SELECT", readQuery],
  ["VALUES", readQuery],
  ["TABLE", readQuery],
  ["(", readQuery],
  ["WITH", parseAfterWith],
  ["INSERT", parseInsert],
  ["REPLACE", parseInsert],
  ["UPDATE", readUpdate],
  ["DELETE", readDelete],
  ["TRUNCATE", parseTruncate],
  ["CALL", parseCall],
  ["DO", parseDo],
  ["CREATE", parseCreate],
  ["ALTER", parseAlter],
  ["DROP", parseDrop],
  ["RENAME", parseRename],
  ["START", parseStart],
  ["BEGIN", parseBegin],
  ["COMMIT", parseEndTransaction],
  ["ROLLBACK", parseEndTransaction],
  ["SAVEPOINT", parseSavepoint],
  ["RELEASE", parseSavepoint],
  ["XA", parseXa],
  ["LOCK", parseLock],
  ["UNLOCK", parseUnlock],
  ["SET", parseSet],
  ["USE", parseUse],
  ["PREPARE", parsePrepare],
  ["EXECUTE", parseExecute],
  ["DEALLOCATE", parseDeallocate],
  ["EXPLAIN", parseExplain],
  ["DESCRIBE", parseExplain],
  ["DESC", parseExplain],
  ["HELP", parseHelp],
  ["KILL", parseKill],
  ["FLUSH", parseFlush],
  ["RESET", parseReset],
  ["ANALYZE", parseMaintenance],
  ["CHECK", parseMaintenance],
  ["CHECKSUM", parseMaintenance],
  ["OPTIMIZE", parseMaintenance],
  ["REPAIR", parseMaintenance],
  ["GRANT", parseGrant],
  ["REVOKE", parseRevoke],
  ["SHOW", parseShow],
  ["LOAD", parseLoad],
  ["SHUTDOWN", alone],
  ["RESTART", alone],
  ["CLONE", byName(1)],
  ["BINLOG", byName(1)],
  ["CHANGE", byName(2, "REPLICATION")],
  ["STOP", byName(2, "REPLICA", "GROUP_REPLICATION")],
  ["PURGE", byName(2)],
  ["INSTALL", byName(2)],
  ["UNINSTALL", byName(2)],
  ["IMPORT", byName(2)],
  ["HANDLER", byName(1)],
  ["CACHE", byName(2)],
  ["GET", byName(1)],
  ["SIGNAL", byName(1, "SQLSTATE", "")],
  ["RESIGNAL", byName(1)],
]);

/** Reads one statement up to its `;` or the end of the text. */
export function readStatement(reader: TokenReader): Statement {
  const statement = parseStatementHere(reader);
  reader.expectEnd();
  return statement;
}

/** As {@link readStatement}, for statements inside others (EXPLAIN): more text may follow. */
export function parseStatementHere(reader: TokenReader): Statement {
  const parser = PARSERS.get(reader.word);
  return parser === undefined ? reader.fail() : parser(reader);
}

/** LOAD DATA, LOAD XML; LOAD INDEX INTO CACHE by name */
function parseLoad(reader: TokenReader): Statement {
  return reader.wordAt(1) === "INDEX" ? parseByName(reader, 2) : parseLoadData(reader);
}

/** WITH … SELECT | UPDATE | DELETE */
function parseAfterWith(reader: TokenReader): Statement {
  const start = reader.start;
  const withClause = parseWith(reader);
  if (reader.at("UPDATE")) return parseUpdate(reader, { start, withClause });
  if (reader.at("DELETE")) return parseDelete(reader, { start, withClause });
  return parseQueryAfterWith(reader, { intoAllowed: true, start, withClause });
}
