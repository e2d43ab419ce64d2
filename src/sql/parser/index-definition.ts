/** Index elements of CREATE TABLE and ALTER TABLE, and CREATE INDEX. */
import type {
  CreateIndex,
  DropIndex,
  IndexElement,
  IndexOptions,
  IndexPartDefinition,
} from "../ast/data-definition.ts";
import { parseExpression } from "./expression.ts";
import { parseTableName } from "./table-reference.ts";
import type { TokenReader } from "./token-reader.ts";

/** `( part, part … )` */
function parseIndexParts(reader: TokenReader): readonly IndexPartDefinition[] {
  return reader.parenthesized(() => parseIndexPart(reader));
}

function parseIndexPart(reader: TokenReader): IndexPartDefinition {
  if (reader.accept("(")) {
    const expression = parseExpression(reader);
    reader.expect(")");
    return { expression, descending: parseDirection(reader) };
  }
  const column = reader.identifier();
  let prefix = {};
  if (reader.accept("(")) {
    prefix = { prefixLength: reader.integer() };
    reader.expect(")");
  }
  return { column, ...prefix, descending: parseDirection(reader) };
}

function parseDirection(reader: TokenReader): boolean {
  if (reader.accept("DESC")) return true;
  reader.accept("ASC");
  return false;
}

type Using = NonNullable<IndexOptions["using"]>;

function parseUsing(reader: TokenReader): Using | undefined {
  if (!reader.accept("USING") && !reader.accept("TYPE")) return undefined;
  if (reader.accept("BTREE")) return "btree";
  if (reader.accept("RTREE")) return "rtree";
  reader.expect("HASH");
  return "hash";
}

/** Options after the parts; `using` is what was written before them. */
function parseIndexOptions(reader: TokenReader, using: Using | undefined): IndexOptions {
  const options: { -readonly [K in keyof IndexOptions]: IndexOptions[K] } =
    using === undefined ? {} : { using };
  for (;;) {
    const written = parseUsing(reader);
    if (written !== undefined) options.using = written;
    else if (reader.accept("COMMENT")) options.comment = reader.stringBytes();
    else if (reader.accept("VISIBLE")) options.visible = true;
    else if (reader.accept("INVISIBLE")) options.visible = false;
    else if (reader.accept("KEY_BLOCK_SIZE")) {
      reader.acceptEquals();
      options.keyBlockSize = reader.integer();
    } else if (reader.acceptAll("WITH", "PARSER")) options.parser = reader.identifier();
    else if (reader.accept("ENGINE_ATTRIBUTE") || reader.accept("SECONDARY_ENGINE_ATTRIBUTE")) {
      reader.acceptEquals();
      reader.stringText();
    } else return options;
  }
}

/** PRIMARY KEY, UNIQUE, KEY, INDEX, FULLTEXT, SPATIAL at the reader; `constraint` was read before. */
export function parseIndexElement(reader: TokenReader, constraint: string | undefined): IndexElement {
  const start = reader.start;
  const type = parseIndexType(reader);
  const named =
    type !== "primary" && (reader.atIdentifier && !isUsing(reader) ? reader.identifier() : undefined);
  const primaryName = type === "primary" && reader.atIdentifier && !isUsing(reader);
  if (primaryName) reader.identifier();
  const using = parseUsing(reader);
  const parts = parseIndexParts(reader);
  const options = parseIndexOptions(reader, using);
  return {
    kind: "index",
    type,
    ...(typeof named === "string" ? { name: named } : {}),
    ...(constraint === undefined ? {} : { constraint }),
    parts,
    options,
    start,
    end: reader.previousEnd,
  };
}

function isUsing(reader: TokenReader): boolean {
  return reader.at("TYPE") && ["BTREE", "HASH", "RTREE"].includes(reader.wordAt(1));
}

function parseIndexType(reader: TokenReader): IndexElement["type"] {
  if (reader.accept("PRIMARY")) {
    reader.expect("KEY");
    return "primary";
  }
  if (reader.accept("KEY") || reader.accept("INDEX")) return "index";
  const type = reader.at("UNIQUE") ? "unique" : reader.at("FULLTEXT") ? "fulltext" : "spatial";
  if (type === "spatial" && !reader.at("SPATIAL")) reader.fail();
  reader.advance();
  if (!reader.accept("KEY")) reader.accept("INDEX");
  return type;
}

/** ALGORITHM = … and LOCK = … in any order */
function parseAlgorithmAndLock(reader: TokenReader): {
  readonly algorithm?: string;
  readonly lock?: string;
} {
  const found: { algorithm?: string; lock?: string } = {};
  for (;;) {
    if (reader.accept("ALGORITHM")) {
      reader.acceptEquals();
      found.algorithm = reader.anyWord();
    } else if (reader.accept("LOCK")) {
      reader.acceptEquals();
      found.lock = reader.anyWord();
    } else return found;
  }
}

/** CREATE [UNIQUE | FULLTEXT | SPATIAL] INDEX … ON t (…), from the word after CREATE */
export function parseCreateIndex(reader: TokenReader, start: number): CreateIndex {
  const indexStart = reader.start;
  let type: IndexElement["type"] = "index";
  if (reader.accept("UNIQUE")) type = "unique";
  else if (reader.accept("FULLTEXT")) type = "fulltext";
  else if (reader.accept("SPATIAL")) type = "spatial";
  reader.expect("INDEX");
  const name = reader.identifier();
  const using = parseUsing(reader);
  reader.expect("ON");
  const table = parseTableName(reader);
  const parts = parseIndexParts(reader);
  const options = parseIndexOptions(reader, using);
  const index: IndexElement = {
    kind: "index",
    type,
    name,
    parts,
    options,
    start: indexStart,
    end: reader.previousEnd,
  };
  return {
    kind: "create-index",
    table,
    index,
    ...parseAlgorithmAndLock(reader),
    start,
    end: reader.previousEnd,
  };
}

/** DROP INDEX name ON t, from INDEX */
export function parseDropIndex(reader: TokenReader, start: number): DropIndex {
  reader.expect("INDEX");
  const name = reader.accept("PRIMARY") ? "PRIMARY" : reader.identifier();
  reader.expect("ON");
  const table = parseTableName(reader);
  return {
    kind: "drop-index",
    name,
    table,
    ...parseAlgorithmAndLock(reader),
    start,
    end: reader.previousEnd,
  };
}
