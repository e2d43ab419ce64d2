/**
 * Foreign keys of one table's writes. A child row locks the parent row it refers to (shared), so that the parent cannot
 * go before the child is decided; a parent that changes finds its children through their index and acts on them:
 * RESTRICT and NO ACTION refuse (both at once, as in InnoDB), CASCADE and SET NULL write to the children, and so on down
 * to {@link CASCADE_DEPTH_MAX} levels.
 */
import { assert } from "../base/assert.ts";
import { compareBytes } from "../bytes/compare.ts";
import type { ForeignKey, IndexPart, TableSchema } from "../tables/schema.ts";
import { sqlError } from "../values/sql-error.ts";
import type { Value } from "../values/value.ts";
import type { WriteOutcome } from "./api.ts";
import { type ReferencingKey, referencingKeys } from "./foreign-key-map.ts";
import { printForeignKey } from "./foreign-key-text.ts";
import { LOCK_EXCLUSIVE, LOCK_SHARE } from "./lock-table.ts";
import {
  type LockingTableWriter,
  type LockingTableWriterOptions,
  prefixRange,
} from "./locking-table-writer.ts";

/** InnoDB's limit. */
const CASCADE_DEPTH_MAX = 15;

export class ForeignKeyChecker {
  readonly #writer: LockingTableWriter;
  readonly #given: LockingTableWriterOptions;
  readonly #referencing: readonly ReferencingKey[];
  readonly #writers = new Map<string, LockingTableWriter>();

  /** Undefined when the table has nothing to do with foreign keys. */
  static create(writer: LockingTableWriter, given: LockingTableWriterOptions): ForeignKeyChecker | undefined {
    const { schema, name } = given.state.definition;
    const referencing = referencingKeys(given.branch.generation, name);
    if (schema.foreignKeys.length === 0 && referencing.length === 0) return undefined;
    return new ForeignKeyChecker(writer, given, referencing);
  }

  private constructor(
    writer: LockingTableWriter,
    given: LockingTableWriterOptions,
    referencing: readonly ReferencingKey[],
  ) {
    this.#writer = writer;
    this.#given = given;
    this.#referencing = referencing;
  }

  /** Every parent that the row refers to (and `before` did not) exists and stays. 1452. */
  checkParents(values: readonly Value[], before: readonly Value[] | undefined): WriteOutcome | undefined {
    const { schema } = this.#given.state.definition;
    for (const key of schema.foreignKeys) {
      if (key.parentDatabase !== undefined) continue;
      const referring = valuesOf(schema, key.columnIds, values);
      if (referring.includes(null)) continue;
      const index = findIndex(schema, key.columnIds);
      if (before !== undefined && index !== undefined) {
        const { codec } = this.#given.state.definition;
        const old = codec.encodeKeyPrefix(index, valuesOf(schema, key.columnIds, before));
        if (compareBytes(old, codec.encodeKeyPrefix(index, referring)) === 0) continue;
      }
      const outcome = this.#checkParent(key, { referring, values });
      if (outcome !== undefined) return outcome;
    }
    return undefined;
  }

  /** Acts on the children of a row that was changed, or deleted (`after` undefined). 1451. */
  parentChanged(before: readonly Value[], after: readonly Value[] | undefined): WriteOutcome | undefined {
    const { schema, codec } = this.#given.state.definition;
    for (const referencing of this.#referencing) {
      const parentIds = idsOfNames(schema, referencing.key.parentColumns);
      const index = findIndex(schema, parentIds);
      if (index === undefined) continue;
      const oldValues = valuesOf(schema, parentIds, before);
      if (oldValues.includes(null)) continue;
      const newValues = after === undefined ? undefined : valuesOf(schema, parentIds, after);
      if (newValues !== undefined) {
        const unchanged =
          compareBytes(codec.encodeKeyPrefix(index, oldValues), codec.encodeKeyPrefix(index, newValues)) ===
          0;
        if (unchanged) continue;
      }
      const outcome = this.#actOnChildren(referencing, { oldValues, newValues });
      if (outcome !== undefined) return outcome;
    }
    return undefined;
  }

  #checkParent(
    key: ForeignKey,
    row: { readonly referring: readonly Value[]; readonly values: readonly Value[] },
  ): WriteOutcome | undefined {
    const own = this.#given.state.definition;
    const selfReferring = key.parentTable === own.name;
    if (!selfReferring && !this.#given.branch.generation.root.tables.has(key.parentTable))
      throw this.#noParent(key);
    const parent = selfReferring ? this.#writer : this.#writerOf(key.parentTable);
    const { schema, codec } = parent.state.definition;
    const parentIds = idsOfNames(schema, key.parentColumns);
    const index = findIndex(schema, parentIds);
    if (index === undefined) throw this.#noParent(key);
    const parts = codec.encodeKeyPrefix(index, row.referring);
    if (
      selfReferring &&
      compareBytes(parts, codec.encodeKeyPrefix(index, valuesOf(schema, parentIds, row.values))) === 0
    ) {
      return undefined;
    }
    // The lock comes first: a parent that another transaction is inserting or deleting is waited for.
    const wholeKey = index === 0 && parentIds.length === schema.primaryKey.length;
    const wait = wholeKey
      ? parent.lockKey(parts, LOCK_SHARE)
      : parent.lockUniqueValue(index, parts, LOCK_SHARE);
    if (wait !== undefined) return wait;
    const primaryKey = parent.findByParts(index, parts);
    if (primaryKey === undefined) throw this.#noParent(key);
    return parent.lockKey(primaryKey, LOCK_SHARE);
  }

  #actOnChildren(
    { childTable, key }: ReferencingKey,
    change: { readonly oldValues: readonly Value[]; readonly newValues: readonly Value[] | undefined },
  ): WriteOutcome | undefined {
    const child = this.#writerOf(childTable);
    const { schema, codec } = child.state.definition;
    const index = findIndex(schema, key.columnIds);
    assert(index !== undefined, "a foreign key has an index on its columns");
    const children = primaryKeysOf(child, index, codec.encodeKeyPrefix(index, change.oldValues));
    const action = (change.newValues === undefined ? key.onDelete : key.onUpdate) ?? "no action";
    for (const primaryKey of children) {
      const cascades = action === "cascade" || action === "set null";
      const wait = child.lockKey(primaryKey, cascades ? LOCK_EXCLUSIVE : LOCK_SHARE);
      if (wait !== undefined) return wait;
      if (!cascades) throw this.#hasChildren(childTable, schema, key);
      const outcome = this.#changeChild(child, primaryKey, { key, action, newValues: change.newValues });
      if (outcome !== undefined) return outcome;
    }
    return undefined;
  }

  #changeChild(
    child: LockingTableWriter,
    primaryKey: Uint8Array,
    change: {
      readonly key: ForeignKey;
      readonly action: "cascade" | "set null";
      readonly newValues: readonly Value[] | undefined;
    },
  ): WriteOutcome | undefined {
    if (this.#given.depth >= CASCADE_DEPTH_MAX) throw sqlError("ER_FK_DEPTH_EXCEEDED", CASCADE_DEPTH_MAX);
    const { schema, loggedIndexes } = child.state.definition;
    if (loggedIndexes.length > 1) {
      throw sqlError(
        "ER_NOT_SUPPORTED_YET",
        "a foreign key cascade into a table with an index on a virtual column",
      );
    }
    const oldValues = child.readRow(primaryKey);
    // An earlier step of the same cascade may have deleted it.
    if (oldValues === undefined) return undefined;
    const { key, action, newValues } = change;
    if (action === "cascade" && newValues === undefined)
      return notDone(child.deleteRow(oldValues, primaryKey));
    const changed = [...oldValues];
    for (const [at, columnId] of key.columnIds.entries()) {
      const column = schema.columns.findIndex((candidate) => candidate.id === columnId);
      changed[column] = action === "set null" ? null : ((newValues?.[at] ?? null) as Value);
    }
    const outcome = child.updateRow(oldValues, changed, primaryKey);
    if (outcome.kind === "duplicate") throw this.#cascadeDuplicate(child, outcome.index, changed);
    return notDone(outcome);
  }

  /** The writer of another table of the same foreign key web, one level deeper. */
  #writerOf(table: string): LockingTableWriter {
    let writer = this.#writers.get(table);
    if (writer === undefined) {
      const { transaction, database, branch, options, depth } = this.#given;
      writer = transaction.writerOf(database, branch, { table, options, depth: depth + 1 });
      this.#writers.set(table, writer);
    }
    return writer;
  }

  #noParent(key: ForeignKey): Error {
    const { name, schema } = this.#given.state.definition;
    return sqlError("ER_NO_REFERENCED_ROW_2", this.#describe(name, schema, key));
  }

  #hasChildren(childTable: string, schema: TableSchema, key: ForeignKey): Error {
    return sqlError("ER_ROW_IS_REFERENCED_2", this.#describe(childTable, schema, key));
  }

  #describe(table: string, schema: TableSchema, key: ForeignKey): string {
    return ` (${printForeignKey({ databaseName: this.#given.database.name, table, schema }, key)})`;
  }

  /** 1761: a cascaded update would make a duplicate in the child. */
  #cascadeDuplicate(child: LockingTableWriter, index: number, values: readonly Value[]): Error {
    const { name, schema } = child.state.definition;
    const parts = index === 0 ? schema.primaryKey : (schema.indexes[index - 1]?.parts ?? []);
    const entry = valuesOf(schema, columnIdsOf(parts), values).map(String).join("-");
    const indexName = index === 0 ? "PRIMARY" : (schema.indexes[index - 1]?.name ?? "");
    const parentTable = this.#given.state.definition.name;
    return sqlError("ER_FOREIGN_DUPLICATE_KEY_WITH_CHILD_INFO", parentTable, entry, name, indexName);
  }
}

function notDone(outcome: WriteOutcome): WriteOutcome | undefined {
  return outcome.kind === "done" ? undefined : outcome;
}

function primaryKeysOf(child: LockingTableWriter, index: number, prefix: Uint8Array): readonly Uint8Array[] {
  const { codec } = child.state.definition;
  const cursor = child.current.openCursor(index, prefixRange(prefix), "forward");
  const keys: Uint8Array[] = [];
  while (cursor.next()) {
    const { keyBytes, keyStart, keyEnd } = cursor;
    const start = index === 0 ? keyStart : codec.primaryKeyStart(index, keyBytes, keyStart, keyEnd);
    keys.push(keyBytes.slice(start, keyEnd));
  }
  return keys;
}

/** The first index (0 = primary) that begins with these columns in this order. */
export function findIndex(schema: TableSchema, columnIds: readonly number[]): number | undefined {
  const begins = (parts: readonly IndexPart[]): boolean =>
    columnIds.every((id, at) => parts[at]?.columnId === id && parts[at]?.prefixLength === undefined);
  if (columnIds.length <= schema.primaryKey.length && begins(schema.primaryKey)) return 0;
  const at = schema.indexes.findIndex(
    (index) => (index.kind === "unique" || index.kind === "index") && begins(index.parts),
  );
  return at < 0 ? undefined : at + 1;
}

export function idsOfNames(schema: TableSchema, names: readonly string[]): readonly number[] {
  return names.map((name) => {
    const lower = name.toLowerCase();
    return schema.columns.find((column) => column.name.toLowerCase() === lower)?.id ?? -1;
  });
}

function columnIdsOf(parts: readonly IndexPart[]): readonly number[] {
  return parts.map((part) => part.columnId);
}

export function valuesOf(
  schema: TableSchema,
  columnIds: readonly number[],
  values: readonly Value[],
): readonly Value[] {
  return columnIds.map((id) => values[schema.columns.findIndex((column) => column.id === id)] ?? null);
}
