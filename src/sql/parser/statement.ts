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
import { parseQuery, parseQueryAfterWith, parseWith } from "./query.ts";
import type { TokenReader } from "./token-reader.ts";

/** Reads one statement up to its `;` or the end of the text. */
export function readStatement(reader: TokenReader): Statement {
  const statement = parseStatementHere(reader);
  reader.expectEnd();
  return statement;
}

/** As {@link readStatement}, for statements inside others (EXPLAIN): more text may follow. */
export function parseStatementHere(reader: TokenReader): Statement {
  const start = reader.start;
  switch (reader.word) {
    case "SELECT":
    case "VALUES":
    case "TABLE":
    case "(":
      return parseQuery(reader, true);
    case "WITH":
      return parseAfterWith(reader, start);
    case "INSERT":
    case "REPLACE":
      return parseInsert(reader);
    case "UPDATE":
      return parseUpdate(reader, { start, withClause: undefined });
    case "DELETE":
      return parseDelete(reader, { start, withClause: undefined });
    case "TRUNCATE":
      return parseTruncate(reader);
    case "CALL":
      return parseCall(reader);
    case "DO":
      return parseDo(reader);
    case "LOAD":
      return parseLoadData(reader);
  }
  return reader.fail();
}

/** WITH … SELECT | UPDATE | DELETE */
function parseAfterWith(reader: TokenReader, start: number): Statement {
  const withClause = parseWith(reader);
  if (reader.at("UPDATE")) return parseUpdate(reader, { start, withClause });
  if (reader.at("DELETE")) return parseDelete(reader, { start, withClause });
  return parseQueryAfterWith(reader, { intoAllowed: true, start, withClause });
}
