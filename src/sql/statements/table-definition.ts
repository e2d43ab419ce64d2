/** Builds table definitions from CREATE TABLE and the pieces of ALTER TABLE. */

import type { Column, ColumnDefault, ForeignKey, IndexDefinition, IndexPart } from "../../tables/schema.ts";
import { decodeText } from "../../values/charset.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type {
  CheckDefinition,
  ColumnDefinition,
  ForeignKeyElement,
  IndexElement,
  TableElement,
  TableOption,
} from "../ast/data-definition.ts";
import type { Expression } from "../ast/expression.ts";
import { bindExpression } from "../binder/bind-expression.ts";
import { columnsScope } from "../planner/generated-column.ts";
import { canonicalText, columnsIn } from "./canonical-text.ts";
import { resolveCharset, resolveColumnType } from "./column-type.ts";
import { beginsWithColumns, isLongType, uniqueIndexName } from "./index-rules.ts";
import { literalDefault } from "./literal-default.ts";
import { checkName, type SchemaEditor, sameName } from "./schema-editor.ts";
import type { TransactionRun } from "./statement-run.ts";
import { registerColumns } from "./target-table.ts";

const COMMENT_LENGTH_MAX = 1024;

export class TableDefinition {
  readonly editor: SchemaEditor;
  readonly #run: TransactionRun;
  /** Ids of columns written as NULL: they can't be in a primary key. */
  readonly explicitNull: Set<number> = new Set<number>();
  /** Foreign keys whose child index is still to be seen to. */
  readonly #newKeys: { readonly key: ForeignKey; readonly indexName: string | undefined }[] = [];

  constructor(editor: SchemaEditor, run: TransactionRun) {
    this.editor = editor;
    this.#run = run;
  }

  /** The definition's column; `id` is the old one's when it replaces a column. */
  makeColumn(definition: ColumnDefinition, id: number | undefined): Column {
    const { session } = this.#run;
    const { editor } = this;
    let type: SqlType = resolveColumnType(definition.type, {
      columnName: definition.name,
      charset: editor.charset,
      collation: editor.collation,
      clientCharset: session.settings.clientCharset,
      strict: session.settings.strict,
      warn: (level, errno, message) => session.warn(level, errno, message),
    });
    if (type.kind === "geometry" && definition.srid !== undefined) type = { ...type, srid: definition.srid };
    const columnId = id ?? editor.takeId();
    const nullable = definition.nullable ?? !definition.primaryKey;
    if (definition.primaryKey && definition.nullable === true) throw sqlError("ER_PRIMARY_CANT_HAVE_NULL");
    if (definition.nullable === true) this.explicitNull.add(columnId);
    const comment =
      definition.comment === undefined ? "" : decodeText(definition.comment, session.settings.clientCharset);
    if ([...comment].length > COMMENT_LENGTH_MAX)
      throw sqlError("ER_TOO_LONG_FIELD_COMMENT", definition.name, COMMENT_LENGTH_MAX);
    this.#checkAttributes(definition, type);
    const isNullable = definition.autoIncrement ? false : nullable;
    const columnDefault = this.#defaultOf(definition, type, isNullable);
    return {
      id: columnId,
      name: definition.name,
      type,
      nullable: isNullable,
      ...(columnDefault !== undefined ? { default: columnDefault } : {}),
      ...(definition.onUpdateNow !== undefined ? { onUpdateNow: { fraction: definition.onUpdateNow } } : {}),
      autoIncrement: definition.autoIncrement,
      ...(definition.generated !== undefined
        ? {
            generated: {
              sql: canonicalText(definition.generated.expression, this.#run),
              stored: definition.generated.stored,
            },
          }
        : {}),
      invisible: definition.invisible ?? false,
      comment,
    };
  }

  #checkAttributes(definition: ColumnDefinition, type: SqlType): void {
    if (definition.autoIncrement) {
      if (type.kind !== "integer" && type.kind !== "float")
        throw sqlError("ER_WRONG_FIELD_SPEC", definition.name);
      if (definition.default !== undefined) throw sqlError("ER_INVALID_DEFAULT", definition.name);
      if (definition.generated !== undefined)
        throw sqlError("ER_WRONG_USAGE", "AUTO_INCREMENT", "generated column");
    }
    if (definition.onUpdateNow !== undefined) {
      const fits =
        (type.kind === "datetime" || type.kind === "timestamp") && type.fraction === definition.onUpdateNow;
      if (!fits) throw sqlError("ER_INVALID_ON_UPDATE", definition.name);
    }
    if (definition.generated !== undefined && definition.default !== undefined) {
      throw sqlError("ER_WRONG_USAGE", "DEFAULT", "generated column");
    }
  }

  #defaultOf(definition: ColumnDefinition, type: SqlType, nullable: boolean): ColumnDefault | undefined {
    if (definition.generated !== undefined || definition.autoIncrement) return undefined;
    if (definition.default === undefined) return nullable ? { kind: "literal", value: null } : undefined;
    return this.makeDefault(definition.name, definition.default, { type, nullable });
  }

  makeDefault(
    name: string,
    given: NonNullable<ColumnDefinition["default"]>,
    column: { readonly type: SqlType; readonly nullable: boolean },
  ): ColumnDefault {
    const { type, nullable } = column;
    if (given.kind === "expression")
      return { kind: "expression", sql: canonicalText(given.value, this.#run) };
    const { value } = given;
    if (value.kind === "function" && (value.name === "now" || value.name === "current_timestamp")) {
      const fraction = value.args[0]?.kind === "number" ? Number(value.args[0].text) : 0;
      const fits = (type.kind === "datetime" || type.kind === "timestamp") && type.fraction === fraction;
      if (!fits) throw sqlError("ER_INVALID_DEFAULT", name);
      return { kind: "now", fraction };
    }
    if (value.kind === "null") {
      if (!nullable) throw sqlError("ER_INVALID_DEFAULT", name);
      return { kind: "literal", value: null };
    }
    if (isLongType(type) || type.kind === "json" || type.kind === "geometry")
      throw sqlError("ER_BLOB_CANT_HAVE_DEFAULT", name);
    return { kind: "literal", value: literalDefault(name, value, type, this.#run) };
  }

  /** Adds a column with the keys and checks written on it. */
  addColumn(definition: ColumnDefinition, position: number | undefined): Column {
    const column = this.makeColumn(definition, undefined);
    this.editor.insertColumn(column, position);
    return column;
  }

  addColumnKeys(definition: ColumnDefinition): void {
    const { start, end, name } = definition;
    const element = (type: IndexElement["type"]): IndexElement => ({
      kind: "index",
      type,
      parts: [{ column: name, descending: false }],
      options: {},
      start,
      end,
    });
    if (definition.primaryKey) this.editor.setPrimaryKey(element("primary"), this.explicitNull);
    if (definition.unique) this.editor.addIndex(element("unique"), false);
    // An inline REFERENCES clause makes a foreign key too (since MySQL 9.0).
    if (definition.references !== undefined) {
      this.addForeignKey({
        kind: "foreign-key",
        columns: [name],
        references: definition.references,
        start,
        end,
      });
    }
    for (const check of definition.checks) this.addCheck(check, name);
  }

  addElement(element: Exclude<TableElement, { readonly kind: "column" }>): void {
    switch (element.kind) {
      case "index":
        if (element.type === "primary") this.editor.setPrimaryKey(element, this.explicitNull);
        else this.editor.addIndex(element, false);
        break;
      case "foreign-key":
        this.addForeignKey(element);
        break;
      case "check":
        this.addCheck(element.check, undefined);
        break;
    }
  }

  /** `column` is the one the check is written on: it may refer to no other. 3813, 3820. */
  addCheck(check: CheckDefinition, column: string | undefined): void {
    for (const name of columnsIn(check.expression)) {
      const found = this.editor.findColumn(name);
      if (found === undefined)
        throw sqlError(
          "ER_CHECK_CONSTRAINT_REFERS_UNKNOWN_COLUMN",
          check.name ?? this.#nextCheckName(),
          name,
        );
      if (column !== undefined && !sameName(column, name)) {
        throw sqlError(
          "ER_COLUMN_CHECK_CONSTRAINT_REFERENCES_OTHER_COLUMN",
          check.name ?? this.#nextCheckName(),
        );
      }
      if (found.autoIncrement)
        throw sqlError(
          "ER_CHECK_CONSTRAINT_REFERS_AUTO_INCREMENT_COLUMN",
          check.name ?? this.#nextCheckName(),
        );
    }
    if (
      check.name !== undefined &&
      this.editor.checks.some((other) => sameName(other.name, check.name ?? ""))
    ) {
      throw sqlError("ER_CHECK_CONSTRAINT_DUP_NAME", check.name);
    }
    this.editor.addCheck(check, canonicalText(check.expression, this.#run));
  }

  #nextCheckName(): string {
    return `${this.editor.tableName}_chk_${this.editor.checks.length + 1}`;
  }

  addForeignKey(element: ForeignKeyElement): void {
    const { editor } = this;
    const { references } = element;
    const columnIds = element.columns.map((name) => {
      const column = editor.findColumn(name);
      if (column === undefined) throw sqlError("ER_KEY_COLUMN_DOES_NOT_EXITS", name);
      if (column.generated !== undefined && !column.generated.stored) {
        throw sqlError("ER_FK_CANNOT_USE_VIRTUAL_COLUMN", element.constraint ?? "", column.name);
      }
      return column;
    });
    const parentColumns =
      references.columns ?? this.#parentPrimaryKey(references.table.database, references.table.name);
    if (parentColumns.length !== columnIds.length) {
      throw sqlError(
        "ER_WRONG_FK_DEF",
        element.constraint ?? "foreign key without name",
        "Key reference and table reference don't match",
      );
    }
    for (const column of columnIds) {
      const setsNull = references.onDelete === "set null" || references.onUpdate === "set null";
      if (setsNull && !column.nullable) {
        throw sqlError(
          "ER_FK_COLUMN_NOT_NULL",
          column.name,
          element.constraint ?? `${editor.tableName}_ibfk_${editor.foreignKeys.length + 1}`,
        );
      }
    }
    if (element.constraint !== undefined) {
      checkName(element.constraint);
      if (editor.foreignKeys.some((key) => sameName(key.name, element.constraint ?? "")))
        throw sqlError("ER_FK_DUP_NAME", element.constraint);
    }
    const ownDatabase = this.#run.session.revisionOf(
      undefined === references.table.database ? undefined : references.table.database,
    ).databaseName;
    const key: ForeignKey = {
      name: element.constraint ?? "",
      columnIds: columnIds.map((column) => column.id),
      ...(references.table.database !== undefined && ownDatabase !== this.database
        ? { parentDatabase: ownDatabase }
        : {}),
      parentTable: references.table.name,
      parentColumns,
      ...(references.onDelete !== undefined ? { onDelete: references.onDelete } : {}),
      ...(references.onUpdate !== undefined ? { onUpdate: references.onUpdate } : {}),
    };
    editor.foreignKeys.push(key);
    this.#newKeys.push({ key, indexName: element.constraint ?? element.indexName });
  }

  /** The database the table is in. */
  database = "";

  #parentPrimaryKey(database: string | undefined, table: string): readonly string[] {
    const { session, transaction } = this.#run;
    const own = sameName(table, this.editor.tableName);
    const schema = own
      ? undefined
      : transaction.getSchema(session.revisionOf(database ?? this.database), table);
    const columns = own ? this.editor.columns : (schema?.columns ?? []);
    const parts: readonly IndexPart[] = own ? this.editor.primaryKey : (schema?.primaryKey ?? []);
    if (!own && schema === undefined) throw sqlError("ER_FK_CANNOT_OPEN_PARENT", table);
    return parts.map((part) => columns.find((column) => column.id === part.columnId)?.name ?? "");
  }

  /** Indexes that foreign keys need and nobody declared; those made before that an explicit index now covers go. */
  finishIndexes(): void {
    const { editor } = this;
    for (const { key, indexName } of this.#newKeys) {
      if (beginsWithColumns(editor.primaryKey, key.columnIds)) continue;
      if (
        editor.indexes.some(
          (index) =>
            index.kind !== "fulltext" &&
            index.kind !== "spatial" &&
            beginsWithColumns(index.parts, key.columnIds),
        )
      )
        continue;
      const first = editor.columnById(key.columnIds[0] ?? -1)?.name ?? "key";
      const name =
        indexName !== undefined && editor.findIndex(indexName) === undefined
          ? indexName
          : uniqueIndexName(first, editor.indexes);
      editor.indexes.push({
        id: editor.takeId(),
        name,
        kind: "index",
        parts: key.columnIds.map((columnId) => ({ columnId, descending: false })),
        visible: true,
        comment: "",
        implicit: true,
      });
    }
    editor.indexes = editor.indexes.filter(
      (index) =>
        index.implicit !== true ||
        !editor.indexes.some(
          (other) =>
            other !== index &&
            other.implicit !== true &&
            beginsWithColumns(
              other.parts,
              index.parts.map((part) => part.columnId),
            ),
        ),
    );
  }

  /** 1831 for an index that has the same parts as another. */
  warnOfDuplicates(known: readonly IndexDefinition[]): void {
    const { editor } = this;
    const text = (index: IndexDefinition) => JSON.stringify([index.kind, index.parts]);
    for (const [at, index] of editor.indexes.entries()) {
      if (known.some((old) => old.id === index.id) || index.implicit === true) continue;
      if (!editor.indexes.slice(0, at).some((other) => text(other) === text(index))) continue;
      const message = sqlError("ER_DUP_INDEX", index.name, this.database, editor.tableName).message;
      this.#run.session.warn("Warning", 1831, message);
    }
  }

  /** Binds what the definition holds as text, so that mistakes show now. 1054, 3102 … */
  checkExpressions(): void {
    const { editor } = this;
    const schema = { ...editor.finish(), columns: editor.columns };
    const columns = registerColumns(schema, 0, editor.tableName);
    const environment = this.#run.session.bindEnvironment();
    for (const [expression, clause] of this.#expressions) {
      bindExpression(expression, columnsScope(columns, clause), environment);
    }
  }

  readonly #expressions: (readonly [Expression, string])[] = [];

  noteExpressions(definition: ColumnDefinition): void {
    if (definition.generated !== undefined)
      this.#expressions.push([definition.generated.expression, "generated column function"]);
    if (definition.default?.kind === "expression")
      this.#expressions.push([definition.default.value, "default value expression"]);
  }

  /** Table options; returns AUTO_INCREMENT's value when given. */
  applyOptions(options: readonly TableOption[], creating: boolean): bigint | undefined {
    const { editor } = this;
    let autoIncrement: bigint | undefined;
    const written = (name: string) => options.findLast((option) => option.name === name)?.value;
    const charset = written("charset") ?? written("character_set") ?? written("default_charset");
    const collation = written("collate");
    if (charset !== undefined || collation !== undefined) {
      const resolved = resolveCharset(
        {
          ...(charset !== undefined && charset.toLowerCase() !== "default" ? { charset } : {}),
          ...(collation !== undefined ? { collation } : {}),
        },
        editor,
      );
      editor.charset = resolved.charset;
      editor.collation = resolved.collation;
    }
    for (const option of options) {
      switch (option.name) {
        case "charset":
        case "character_set":
        case "default_charset":
        case "collate":
          break;
        case "engine":
          editor.engine = engineName(option.value);
          break;
        case "comment":
          editor.comment =
            option.bytes === undefined
              ? option.value
              : decodeText(option.bytes, this.#run.session.settings.clientCharset);
          break;
        case "auto_increment":
          autoIncrement = BigInt(option.value);
          break;
        default:
          editor.options[option.name] = option.value;
      }
    }
    void creating;
    return autoIncrement;
  }
}

const ENGINES: Readonly<Record<string, string>> = {
  innodb: "InnoDB",
  myisam: "MyISAM",
  memory: "MEMORY",
  heap: "MEMORY",
  csv: "CSV",
  archive: "ARCHIVE",
  blackhole: "BLACKHOLE",
  merge: "MRG_MYISAM",
  mrg_myisam: "MRG_MYISAM",
  federated: "FEDERATED",
  ndb: "ndbcluster",
  ndbcluster: "ndbcluster",
};

/** 1286 for a name that MySQL doesn't know. */
function engineName(written: string): string {
  const known = ENGINES[written.toLowerCase()];
  if (known === undefined) throw sqlError("ER_UNKNOWN_STORAGE_ENGINE", written);
  return known;
}
