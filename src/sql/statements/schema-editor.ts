/**
 * A table definition under construction: CREATE TABLE fills an empty one, ALTER TABLE changes an existing one. Each
 * step checks what MySQL checks; `finish` checks the whole and gives the immutable schema.
 */

import type {
  CheckConstraint,
  Column,
  ForeignKey,
  IndexDefinition,
  IndexPart,
  TableSchema,
} from "../../tables/schema.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { CheckDefinition, IndexElement } from "../ast/data-definition.ts";
import { checkIndexParts, orderIndexes, uniqueIndexName } from "./index-rules.ts";

const COLUMNS_MAX = 4096;
const INDEXES_MAX = 64;
const NAME_LENGTH_MAX = 64;

export function sameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

export function checkName(name: string): void {
  if ([...name].length > NAME_LENGTH_MAX) throw sqlError("ER_TOO_LONG_IDENT", name);
}

export class SchemaEditor {
  readonly tableName: string;
  columns: Column[];
  primaryKey: IndexPart[];
  indexes: IndexDefinition[];
  foreignKeys: ForeignKey[];
  checks: CheckConstraint[];
  charset: string;
  collation: string;
  engine: string;
  comment: string;
  options: Record<string, string>;
  #nextId: number;

  constructor(tableName: string, from: TableSchema) {
    this.tableName = tableName;
    this.columns = [...from.columns];
    this.primaryKey = [...from.primaryKey];
    this.indexes = [...from.indexes];
    this.foreignKeys = [...from.foreignKeys];
    this.checks = [...from.checks];
    this.charset = from.charset;
    this.collation = from.collation;
    this.engine = from.engine;
    this.comment = from.comment;
    this.options = { ...from.options };
    this.#nextId = from.nextId;
  }

  takeId(): number {
    return this.#nextId++;
  }

  findColumn(name: string): Column | undefined {
    return this.columns.find((column) => sameName(column.name, name));
  }

  columnById(id: number): Column | undefined {
    return this.columns.find((column) => column.id === id);
  }

  findIndex(name: string): IndexDefinition | undefined {
    return this.indexes.find((index) => sameName(index.name, name));
  }

  /** Adds a column at a position (undefined: at the end). 1060, 1166, 1059. */
  insertColumn(column: Column, position: number | undefined): void {
    checkName(column.name);
    if (column.name === "" || column.name.endsWith(" ")) throw sqlError("ER_WRONG_COLUMN_NAME", column.name);
    if (this.findColumn(column.name) !== undefined) throw sqlError("ER_DUP_FIELDNAME", column.name);
    this.columns.splice(position ?? this.columns.length, 0, column);
  }

  replaceColumn(column: Column): void {
    this.columns = this.columns.map((old) => (old.id === column.id ? column : old));
  }

  /** PRIMARY KEY: its columns become NOT NULL. `explicitNull` are the ids of columns written as NULL (1171). */
  setPrimaryKey(element: IndexElement, explicitNull: ReadonlySet<number>): void {
    if (this.primaryKey.length > 0) throw sqlError("ER_MULTIPLE_PRI_KEY");
    const parts = this.resolveParts(element);
    checkIndexParts(this, "primary", parts);
    for (const part of parts) {
      const column = this.columnById(part.columnId);
      if (column === undefined || !column.nullable) continue;
      if (explicitNull.has(column.id)) throw sqlError("ER_PRIMARY_CANT_HAVE_NULL");
      const { default: oldDefault, ...rest } = column;
      const keepsDefault =
        oldDefault !== undefined && !(oldDefault.kind === "literal" && oldDefault.value === null);
      this.replaceColumn({ ...rest, nullable: false, ...(keepsDefault ? { default: oldDefault } : {}) });
    }
    this.primaryKey = parts;
  }

  addIndex(element: IndexElement, implicit: boolean): void {
    const kind = element.type === "primary" ? "unique" : element.type;
    const parts = this.resolveParts(element);
    checkIndexParts(this, kind, parts);
    const name = element.name ?? element.constraint ?? this.#indexNameFor(parts);
    checkName(name);
    if (sameName(name, "PRIMARY") || name === "" || name.endsWith(" "))
      throw sqlError("ER_WRONG_NAME_FOR_INDEX", name);
    const existing = this.findIndex(name);
    if (existing !== undefined) {
      if (existing.implicit !== true) throw sqlError("ER_DUP_KEYNAME", name);
      this.indexes = this.indexes.filter((index) => index !== existing);
    }
    const { options } = element;
    this.indexes.push({
      id: this.takeId(),
      name,
      kind,
      parts,
      visible: options.visible ?? true,
      comment: options.comment === undefined ? "" : Buffer.from(options.comment).toString("utf8"),
      ...(options.using === "btree" || options.using === "hash" ? { using: options.using } : {}),
      ...(options.parser !== undefined ? { parser: options.parser } : {}),
      ...(implicit ? { implicit: true } : {}),
    });
  }

  resolveParts(element: IndexElement): IndexPart[] {
    const seen = new Set<number>();
    return element.parts.map((part) => {
      if (part.column === undefined) throw sqlError("ER_NOT_SUPPORTED_YET", "functional index");
      const column = this.findColumn(part.column);
      if (column === undefined) throw sqlError("ER_KEY_COLUMN_DOES_NOT_EXITS", part.column);
      if (seen.has(column.id)) throw sqlError("ER_DUP_FIELDNAME", part.column);
      seen.add(column.id);
      return {
        columnId: column.id,
        descending: part.descending,
        ...(part.prefixLength !== undefined ? { prefixLength: part.prefixLength } : {}),
      };
    });
  }

  #indexNameFor(parts: readonly IndexPart[]): string {
    const first = this.columnById(parts[0]?.columnId ?? -1);
    return uniqueIndexName(first?.name ?? "index", this.indexes);
  }

  /** Adds a CHECK; `sql` is its canonical text. Names are given by {@link nameChecks}. */
  addCheck(definition: CheckDefinition, sql: string): void {
    if (definition.name !== undefined) checkName(definition.name);
    this.checks.push({ name: definition.name ?? "", sql, enforced: definition.enforced });
  }

  /** Gives unnamed checks `t_chk_n`, n above every number used. */
  nameChecks(): void {
    this.checks = nameAll(this.checks, `${this.tableName}_chk_`);
  }

  nameForeignKeys(): void {
    this.foreignKeys = nameAll(this.foreignKeys, `${this.tableName}_ibfk_`);
  }

  finish(): TableSchema {
    if (this.columns.length === 0) throw sqlError("ER_TABLE_MUST_HAVE_COLUMNS");
    if (this.columns.length > COLUMNS_MAX) throw sqlError("ER_TOO_MANY_FIELDS");
    if (this.columns.every((column) => column.invisible))
      throw sqlError("ER_TABLE_MUST_HAVE_A_VISIBLE_COLUMN");
    this.#checkAutoIncrement();
    if (this.indexes.length + (this.primaryKey.length > 0 ? 1 : 0) > INDEXES_MAX) {
      throw sqlError("ER_TOO_MANY_KEYS", INDEXES_MAX);
    }
    for (const index of this.indexes) checkIndexParts(this, index.kind, index.parts);
    if (this.primaryKey.length > 0) checkIndexParts(this, "primary", this.primaryKey);
    this.nameChecks();
    this.nameForeignKeys();
    return {
      columns: this.columns,
      primaryKey: this.primaryKey,
      indexes: orderIndexes(this.indexes, this.columns),
      foreignKeys: [...this.foreignKeys].sort((left, right) => (left.name < right.name ? -1 : 1)),
      checks: [...this.checks].sort((left, right) => (left.name < right.name ? -1 : 1)),
      charset: this.charset,
      collation: this.collation,
      engine: this.engine,
      comment: this.comment,
      options: this.options,
      nextId: this.#nextId,
    };
  }

  #checkAutoIncrement(): void {
    const automatic = this.columns.filter((column) => column.autoIncrement);
    if (automatic.length === 0) return;
    if (automatic.length > 1) throw sqlError("ER_WRONG_AUTO_KEY");
    const id = automatic[0]?.id;
    const isFirst = (parts: readonly IndexPart[]) => parts[0]?.columnId === id;
    if (!isFirst(this.primaryKey) && !this.indexes.some((index) => isFirst(index.parts))) {
      throw sqlError("ER_WRONG_AUTO_KEY");
    }
  }
}

function nameAll<T extends { readonly name: string }>(items: readonly T[], prefix: string): T[] {
  let last = 0;
  for (const { name } of items) {
    if (name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length))) {
      last = Math.max(last, Number(name.slice(prefix.length)));
    }
  }
  return items.map((item) => (item.name === "" ? { ...item, name: `${prefix}${++last}` } : item));
}

/** A schema without columns, to start CREATE TABLE from. */
export function emptySchema(charset: string, collation: string): TableSchema {
  return {
    columns: [],
    primaryKey: [],
    indexes: [],
    foreignKeys: [],
    checks: [],
    charset,
    collation,
    engine: "InnoDB",
    comment: "",
    options: {},
    nextId: 1,
  };
}
