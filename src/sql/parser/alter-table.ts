/** ALTER TABLE. */
import type { AlterTable, AlterTableAction, ColumnPosition, TableOption } from "../ast/data-definition.ts";
import { parseColumnDefinition, parseDefault, parseField } from "./column-definition.ts";
import { atTableConstraint, parseTableElement } from "./create-table.ts";
import { parseCharsetClause } from "./into.ts";
import { parsePartitionBy, parsePartitionDefinitions } from "./partition.ts";
import { parseCollationName } from "./simple-expression.ts";
import { parseTableOption } from "./table-options.ts";
import { parseTableName } from "./table-reference.ts";
import type { TokenReader } from "./token-reader.ts";

/** From TABLE. */
export function parseAlterTable(reader: TokenReader, start: number): AlterTable {
  reader.expect("TABLE");
  const table = parseTableName(reader);
  const actions: AlterTableAction[] = [];
  const modifiers: { algorithm?: string; lock?: string } = {};
  let first = true;
  while (!reader.atEnd) {
    if (!first && !reader.accept(",")) {
      // Partitioning comes last and without a comma.
      if (!reader.at("PARTITION") && !reader.at("REMOVE")) reader.fail();
    }
    first = false;
    if (!parseModifier(reader, modifiers)) actions.push(...parseActions(reader));
  }
  return { kind: "alter-table", table, actions, ...modifiers, start, end: reader.previousEnd };
}

function parseModifier(reader: TokenReader, found: { algorithm?: string; lock?: string }): boolean {
  const word = reader.word;
  if (word !== "ALGORITHM" && word !== "LOCK") return false;
  reader.advance();
  reader.acceptEquals();
  const value = reader.anyWord();
  if (word === "LOCK") found.lock = value;
  else found.algorithm = value;
  return true;
}

function parseActions(reader: TokenReader): readonly AlterTableAction[] {
  const word = reader.word;
  switch (word) {
    case "ADD":
      return [parseAdd(reader)];
    case "CHANGE":
    case "MODIFY":
      return [parseChange(reader)];
    case "DROP":
      return [parseDrop(reader)];
    case "ALTER":
      return [parseAlterPart(reader)];
    case "RENAME":
      return [parseRename(reader)];
    case "CONVERT":
      return [parseConvert(reader)];
    case "ORDER":
      return [parseOrderBy(reader)];
    case "PARTITION":
      return [{ kind: "partition-by", partitionBy: parsePartitionBy(reader) }];
  }
  const simple = parseSimpleAction(reader);
  return simple === undefined ? parseOptionsOrPartition(reader) : [simple];
}

function parseSimpleAction(reader: TokenReader): AlterTableAction | undefined {
  if (reader.acceptAll("ENABLE", "KEYS")) return { kind: "keys", enable: true };
  if (reader.acceptAll("DISABLE", "KEYS")) return { kind: "keys", enable: false };
  if (reader.acceptAll("WITH", "VALIDATION")) return { kind: "validation", with: true };
  if (reader.acceptAll("WITHOUT", "VALIDATION")) return { kind: "validation", with: false };
  if (reader.acceptAll("REMOVE", "PARTITIONING")) return { kind: "remove-partitioning" };
  if (reader.accept("FORCE")) return { kind: "force" };
  if (reader.acceptAll("DISCARD", "TABLESPACE")) return { kind: "tablespace", action: "discard" };
  if (reader.acceptAll("IMPORT", "TABLESPACE")) return { kind: "tablespace", action: "import" };
  return undefined;
}

function parseOptionsOrPartition(reader: TokenReader): readonly AlterTableAction[] {
  const options: TableOption[] = [];
  for (let option = parseTableOption(reader); option !== undefined; option = parseTableOption(reader)) {
    options.push(option);
  }
  if (options.length > 0) return [{ kind: "options", options }];
  return [parsePartitionAction(reader)];
}

function parsePosition(reader: TokenReader): { readonly position?: ColumnPosition } {
  if (reader.accept("FIRST")) return { position: { kind: "first" } };
  if (reader.accept("AFTER")) return { position: { kind: "after", column: reader.identifier() } };
  return {};
}

function parseAdd(reader: TokenReader): AlterTableAction {
  reader.advance();
  if (reader.at("PARTITION")) return parseAddPartition(reader);
  if (atTableConstraint(reader)) return { kind: "add", elements: [parseTableElement(reader)] };
  reader.accept("COLUMN");
  if (reader.at("(")) return { kind: "add", elements: reader.parenthesized(() => parseTableElement(reader)) };
  const column = parseColumnDefinition(reader);
  return { kind: "add-column", column, ...parsePosition(reader) };
}

function parseChange(reader: TokenReader): AlterTableAction {
  const change = reader.at("CHANGE");
  reader.advance();
  reader.accept("COLUMN");
  const start = reader.start;
  const oldName = reader.identifier();
  const name = change ? reader.identifier() : oldName;
  const column = parseField(reader, name, start);
  return { kind: "change-column", oldName, column, ...parsePosition(reader) };
}

function parseDrop(reader: TokenReader): AlterTableAction {
  reader.advance();
  switch (reader.word) {
    case "PRIMARY":
      reader.advance();
      reader.expect("KEY");
      return { kind: "drop-primary-key" };
    case "FOREIGN":
      reader.advance();
      reader.expect("KEY");
      return { kind: "drop-foreign-key", name: reader.identifier() };
    case "KEY":
    case "INDEX":
      reader.advance();
      return { kind: "drop-index", name: reader.accept("PRIMARY") ? "PRIMARY" : reader.identifier() };
    case "CONSTRAINT":
      reader.advance();
      return { kind: "drop-constraint", name: reader.accept("PRIMARY") ? "PRIMARY" : reader.identifier() };
    case "CHECK":
      reader.advance();
      return { kind: "drop-check", name: reader.identifier() };
    case "PARTITION": {
      reader.advance();
      return partition("drop", { names: reader.list(() => reader.identifier()) });
    }
  }
  reader.accept("COLUMN");
  const name = reader.identifier();
  if (!reader.accept("RESTRICT")) reader.accept("CASCADE");
  return { kind: "drop-column", name };
}

/** ALTER [COLUMN] c …, ALTER INDEX i …, ALTER CHECK | CONSTRAINT c … */
function parseAlterPart(reader: TokenReader): AlterTableAction {
  reader.advance();
  if (reader.accept("INDEX")) {
    const name = reader.identifier();
    const visible = reader.accept("VISIBLE");
    if (!visible) reader.expect("INVISIBLE");
    return { kind: "alter-index", name, visible };
  }
  if (reader.at("CHECK") || reader.at("CONSTRAINT")) {
    const constraint = reader.at("CONSTRAINT");
    reader.advance();
    const name = reader.identifier();
    const enforced = !reader.accept("NOT");
    reader.expect("ENFORCED");
    return { kind: "alter-check", name, enforced, constraint };
  }
  reader.accept("COLUMN");
  const column = reader.identifier();
  if (reader.acceptClause("DROP", "DEFAULT")) return { kind: "alter-column-default", column };
  reader.expect("SET");
  if (reader.accept("DEFAULT"))
    return { kind: "alter-column-default", column, default: parseDefault(reader) };
  const visible = reader.accept("VISIBLE");
  if (!visible) reader.expect("INVISIBLE");
  return { kind: "alter-column-visibility", column, visible };
}

function parseRename(reader: TokenReader): AlterTableAction {
  reader.advance();
  const word = reader.word;
  if (word === "COLUMN" || word === "INDEX" || word === "KEY") {
    reader.advance();
    const from = reader.identifier();
    reader.expect("TO");
    const to = reader.identifier();
    return { kind: word === "COLUMN" ? "rename-column" : "rename-index", from, to };
  }
  if (!reader.accept("TO") && !reader.accept("AS")) reader.accept("=");
  return { kind: "rename", to: parseTableName(reader) };
}

function parseConvert(reader: TokenReader): AlterTableAction {
  reader.advance();
  reader.expect("TO");
  if (reader.acceptAll("CHARACTER", "SET", "DEFAULT") || reader.acceptAll("CHARSET", "DEFAULT")) {
    return { kind: "convert-charset", ...collateClause(reader) };
  }
  const charset = parseCharsetClause(reader);
  if (charset === undefined) return reader.fail();
  return { kind: "convert-charset", charset, ...collateClause(reader) };
}

function collateClause(reader: TokenReader): { readonly collation?: string } {
  return reader.accept("COLLATE") ? { collation: parseCollationName(reader) } : {};
}

function parseOrderBy(reader: TokenReader): AlterTableAction {
  reader.expect("ORDER", "BY");
  const columns = reader.list(() => {
    const name = reader.identifier();
    const descending = reader.accept("DESC");
    if (!descending) reader.accept("ASC");
    return { name, descending };
  });
  return { kind: "order-by", columns };
}

type PartitionAction = AlterTableAction & { readonly kind: "partition" };

function partition(action: PartitionAction["action"], rest: Partial<PartitionAction>): PartitionAction {
  return { names: [], all: false, definitions: [], ...rest, kind: "partition", action };
}

function parseAddPartition(reader: TokenReader): AlterTableAction {
  reader.expect("PARTITION");
  reader.accept("NO_WRITE_TO_BINLOG");
  if (reader.accept("PARTITIONS")) return partition("add", { count: reader.integer() });
  return partition("add", { definitions: parsePartitionDefinitions(reader) });
}

const PARTITION_ACTIONS: ReadonlyMap<string, PartitionAction["action"]> = new Map([
  ["TRUNCATE", "truncate"],
  ["COALESCE", "coalesce"],
  ["REORGANIZE", "reorganize"],
  ["EXCHANGE", "exchange"],
  ["ANALYZE", "analyze"],
  ["CHECK", "check"],
  ["OPTIMIZE", "optimize"],
  ["REBUILD", "rebuild"],
  ["REPAIR", "repair"],
  ["DISCARD", "discard"],
  ["IMPORT", "import"],
]);

function parsePartitionAction(reader: TokenReader): AlterTableAction {
  const action = PARTITION_ACTIONS.get(reader.word);
  if (action === undefined) return reader.fail();
  reader.advance();
  reader.expect("PARTITION");
  if (!reader.accept("NO_WRITE_TO_BINLOG")) reader.accept("LOCAL");
  if (action === "coalesce") return partition(action, { count: reader.integer() });
  const all = reader.accept("ALL");
  const names = all || reader.atEnd ? [] : reader.list(() => reader.identifier());
  switch (action) {
    case "reorganize": {
      const definitions = reader.accept("INTO") ? parsePartitionDefinitions(reader) : [];
      return partition(action, { names, all, definitions });
    }
    case "exchange": {
      reader.expect("WITH", "TABLE");
      const table = parseTableName(reader);
      if (reader.accept("WITH") || reader.accept("WITHOUT")) reader.expect("VALIDATION");
      return partition(action, { names, all, table });
    }
    case "discard":
    case "import":
      reader.expect("TABLESPACE");
      break;
    case "check":
    case "repair":
      while (reader.atIdentifier || reader.at("FOR") || reader.at("UPGRADE")) reader.advance();
      break;
  }
  return partition(action, { names, all });
}
