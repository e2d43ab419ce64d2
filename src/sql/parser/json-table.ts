/** JSON_TABLE(document, path COLUMNS (…)) AS alias */

import { sqlError } from "../../values/sql-error.ts";
import type { JsonTable, JsonTableColumn } from "../ast/query.ts";
import { parseDataType } from "./data-type.ts";
import { parseExpression } from "./expression.ts";
import { parseJsonFallbacks } from "./special-call.ts";
import type { TokenReader } from "./token-reader.ts";

export function parseJsonTable(reader: TokenReader): JsonTable {
  const start = reader.start;
  reader.expect("JSON_TABLE", "(");
  const document = parseExpression(reader);
  reader.expect(",");
  const path = reader.stringBytes();
  const columns = parseColumns(reader);
  reader.expect(")");
  const as = reader.accept("AS");
  if (!as && !reader.atIdentifier) throw sqlError("ER_TF_MUST_HAVE_ALIAS");
  const alias = reader.identifier();
  return { kind: "json-table", document, path, columns, alias, start, end: reader.previousEnd };
}

function parseColumns(reader: TokenReader): readonly JsonTableColumn[] {
  reader.expect("COLUMNS");
  return reader.nested(() => reader.parenthesized(() => parseColumn(reader)));
}

function parseColumn(reader: TokenReader): JsonTableColumn {
  if (reader.at("NESTED")) {
    reader.advance();
    reader.accept("PATH");
    const path = reader.stringBytes();
    return { kind: "nested", path, columns: parseColumns(reader) };
  }
  const name = reader.identifier();
  if (reader.acceptAll("FOR", "ORDINALITY")) return { kind: "ordinality", name };
  const type = parseDataType(reader);
  const kind = reader.accept("EXISTS") ? "exists" : "path";
  reader.expect("PATH");
  const path = reader.stringBytes();
  const { onEmpty, onError } = parseJsonFallbacks(reader);
  return {
    kind,
    name,
    type,
    path,
    ...(onEmpty === undefined ? {} : { onEmpty }),
    ...(onError === undefined ? {} : { onError }),
  };
}
