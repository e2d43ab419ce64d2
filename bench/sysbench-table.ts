/** The table of sysbench as the engine knows it, for benches below SQL. */
import type { TableSchema } from "../src/tables/schema.ts";
import type { SqlType } from "../src/values/sql-type.ts";

const INT: SqlType = { kind: "integer", name: "int", unsigned: false, zerofill: false };
const CHAR: SqlType = {
  kind: "string",
  name: "char",
  length: 120,
  charset: "utf8mb4",
  collation: "utf8mb4_bin",
};

function column(id: number, name: string, type: SqlType): TableSchema["columns"][number] {
  return { id, name, type, nullable: false, autoIncrement: false, invisible: false, comment: "" };
}

/** sysbench's table with its one secondary index. */
export const SYSBENCH_TABLE: TableSchema = {
  columns: [column(1, "id", INT), column(2, "k", INT), column(3, "c", CHAR), column(4, "pad", CHAR)],
  primaryKey: [{ columnId: 1, descending: false }],
  indexes: [
    {
      id: 10,
      name: "k_1",
      kind: "index",
      parts: [{ columnId: 2, descending: false }],
      visible: true,
      comment: "",
    },
  ],
  foreignKeys: [],
  checks: [],
  charset: "utf8mb4",
  collation: "utf8mb4_bin",
  engine: "InnoDB",
  comment: "",
  options: {},
  nextId: 20,
};
