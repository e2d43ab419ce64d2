/** The procedure as a plain, erased value: what the registry holds and the executor calls. */
import { unreachable } from "../../base/assert.ts";
import type { Value } from "../../values/value.ts";
import type { VirtualColumn } from "../virtual-table.ts";
import type { ArgSpec } from "./arguments.ts";
import type { Field, Fields, ValuesOf } from "./fields.ts";
import type { ProcedureSession } from "./session.ts";

/** What an account needs to call it. `read` also means allowed on a read-only server. */
export type ProcedurePrivilege = "read" | "write" | "admin";

export interface Procedure {
  readonly name: string;
  readonly summary: string;
  readonly privilege: ProcedurePrivilege;
  /** Every form, one per line. */
  readonly usage: string;
  readonly columns: readonly VirtualColumn[];
  /** Parses the arguments (SqlError when they are wrong) and runs. Rows are in column order. */
  call(session: ProcedureSession, values: readonly Value[]): Promise<readonly (readonly Value[])[]>;
}

export interface ProcedureDefinition<A, R extends Fields> {
  /** Lower case; equals the file's name. */
  readonly name: string;
  readonly summary: string;
  readonly privilege: ProcedurePrivilege;
  readonly args: ArgSpec<A>;
  readonly columns: R;
  run(session: ProcedureSession, args: A): Promise<readonly ValuesOf<R>[]>;
}

/** Closes over the argument type and gives the erased, frozen {@link Procedure}. */
export function defineProcedure<A, const R extends Fields>(definition: ProcedureDefinition<A, R>): Procedure {
  const names = Object.keys(definition.columns);
  return Object.freeze({
    name: definition.name,
    summary: definition.summary,
    privilege: definition.privilege,
    usage: definition.args.usage.map((line) => `${definition.name}(${line})`).join("\n"),
    columns: Object.entries(definition.columns).map(([name, field]) => columnOf(name, field)),
    async call(session: ProcedureSession, values: readonly Value[]): Promise<readonly (readonly Value[])[]> {
      const rows = await definition.run(session, definition.args.parse(values, definition.name));
      return rows.map((row: Readonly<Record<string, unknown>>) => names.map((name) => toValue(row[name])));
    },
  });
}

function columnOf(name: string, field: Field<unknown>): VirtualColumn {
  switch (field.sqlType) {
    case "BIGINT":
      return {
        name,
        nullable: field.nullable,
        type: { kind: "integer", name: "bigint", unsigned: false, zerofill: false },
      };
    case "BOOLEAN":
      return {
        name,
        nullable: field.nullable,
        type: { kind: "integer", name: "tinyint", unsigned: false, zerofill: false, displayWidth: 1 },
      };
    case "LONGTEXT":
      return {
        name,
        nullable: field.nullable,
        type: {
          kind: "string",
          name: "longtext",
          length: 4294967295,
          charset: "utf8mb4",
          collation: "utf8mb4_0900_ai_ci",
        },
      };
    default:
      return unreachable(field.sqlType);
  }
}

function toValue(value: unknown): Value {
  if (value === undefined || value === null) return null;
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return String(value);
}
