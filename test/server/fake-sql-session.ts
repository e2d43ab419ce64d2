/** A SqlSession that understands a handful of statements, for tests and benchmarks of the server alone. */
import { systemClock } from "../../src/base/clock.ts";
import type {
  BoundParameter,
  ConnectionFacts,
  PreparedStatement,
  QueryOptions,
  SessionStatus,
  SqlSession,
  SqlSessionFactory,
} from "../../src/sql/api.ts";
import { DateTime } from "../../src/values/datetime.ts";
import { Decimal } from "../../src/values/decimal.ts";
import type { ResultColumn, ResultSink, RowWriter } from "../../src/values/row-writer.ts";
import { sqlError } from "../../src/values/sql-error.ts";
import type { SqlType } from "../../src/values/sql-type.ts";
import type { Value } from "../../src/values/value.ts";

export const VARCHAR: SqlType = {
  kind: "string",
  name: "varchar",
  length: 255,
  charset: "utf8mb4",
  collation: "utf8mb4_0900_ai_ci",
};
const INT: SqlType = { kind: "integer", name: "int", unsigned: false, zerofill: false };

export function column(name: string, type: SqlType): ResultColumn {
  return { name, originalName: name, table: "t", originalTable: "t", database: "d", type, nullable: true };
}

const POINT_COLUMNS = [column("c", VARCHAR)];
const POINT_TEXT = Buffer.from("x".repeat(119));
const INT_COLUMNS = [column("n", INT)];

/** One column of every type, with a value and its form in a row. */
const EVERY_TYPE: readonly (readonly [string, SqlType, Value])[] = [
  ["tiny", { kind: "integer", name: "tinyint", unsigned: false, zerofill: false }, -128],
  ["tiny_u", { kind: "integer", name: "tinyint", unsigned: true, zerofill: false }, 255],
  ["small", { kind: "integer", name: "smallint", unsigned: false, zerofill: false }, -32768],
  ["medium", { kind: "integer", name: "mediumint", unsigned: false, zerofill: false }, -8388608],
  ["int", INT, -2147483648],
  ["big", { kind: "integer", name: "bigint", unsigned: false, zerofill: false }, -9223372036854775808n],
  ["big_u", { kind: "integer", name: "bigint", unsigned: true, zerofill: false }, 18446744073709551615n],
  ["big_53", { kind: "integer", name: "bigint", unsigned: false, zerofill: false }, -9007199254740991],
  ["filled", { kind: "integer", name: "int", unsigned: true, zerofill: true, displayWidth: 10 }, 42],
  ["single", { kind: "float", name: "float", unsigned: false, zerofill: false }, 1.5],
  ["double", { kind: "float", name: "double", unsigned: false, zerofill: false }, -1.25e100],
  [
    "decimal",
    { kind: "decimal", precision: 10, scale: 2, unsigned: false, zerofill: false },
    new Decimal(-12345, 2),
  ],
  ["bit", { kind: "bit", width: 10 }, 513],
  ["year", { kind: "year" }, 2026],
  ["date", { kind: "date" }, new DateTime(2024, 2, 29)],
  ["datetime", { kind: "datetime", fraction: 6 }, new DateTime(2024, 2, 29, 1, 2, 3, 4)],
  ["timestamp", { kind: "timestamp", fraction: 0 }, new DateTime(2038, 1, 19, 3, 14, 7)],
  ["time", { kind: "time", fraction: 3 }, -((838 * 3600 + 59 * 60 + 58) * 1_000_000 + 500_000)],
  ["text", VARCHAR, "one'é😀"],
  ["blob", { kind: "binary", name: "blob", length: 65535 }, Uint8Array.of(0, 255, 10, 13)],
  ["nothing", VARCHAR, null],
];

function writeValue(writer: RowWriter, type: SqlType, value: Value): void {
  if (value === null) writer.writeNull();
  else if (value instanceof Decimal) writer.writeText(value.toString());
  else if (value instanceof DateTime) writer.writeDateTime(value);
  else if (value instanceof Uint8Array) writer.writeBytes(value, 0, value.length);
  else if (typeof value === "string") writer.writeText(value);
  else if (type.kind === "time" && typeof value === "number") writer.writeTime(value);
  else if (type.kind === "float" && typeof value === "number") writer.writeDouble(value);
  else if (typeof value === "number" || typeof value === "bigint") writer.writeInteger(value);
  else throw new Error(`no form for ${type.kind}`);
}

interface FakePrepared extends PreparedStatement {
  readonly text: string;
}

class FakeSqlSession implements SqlSession {
  readonly facts: ConnectionFacts;
  status: SessionStatus;

  constructor(facts: ConnectionFacts) {
    this.facts = facts;
    this.status = {
      autocommit: true,
      inTransaction: false,
      readOnlyTransaction: false,
      noBackslashEscapes: false,
      database: undefined,
      resultsCharset: "utf8mb4",
      clientCharset: "utf8mb4",
    };
  }

  async query(bytes: Uint8Array, options: QueryOptions): Promise<void> {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
    if (options.multiStatements) {
      for (const part of text.split(";").filter((each) => each.trim() !== ""))
        await this.#run(part.trim(), [], options);
    } else {
      await this.#run(text, [], options);
    }
  }

  prepare(bytes: Uint8Array): Promise<PreparedStatement> {
    const text = Buffer.from(bytes).toString("utf8");
    const parameterCount = text.split("?").length - 1;
    const prepared: FakePrepared = {
      text,
      parameterCount,
      parameterTypes: Array.from({ length: parameterCount }, () => VARCHAR),
      columns:
        text.startsWith("point") || text.startsWith("SELECT c FROM")
          ? POINT_COLUMNS
          : text.startsWith("count")
            ? INT_COLUMNS
            : [],
    };
    return Promise.resolve(prepared);
  }

  async execute(
    statement: PreparedStatement,
    parameters: readonly BoundParameter[],
    options: QueryOptions,
  ): Promise<void> {
    await this.#run((statement as FakePrepared).text, parameters, options);
  }

  async #run(text: string, parameters: readonly BoundParameter[], options: QueryOptions): Promise<void> {
    const { sink } = options;
    if (text.startsWith("point") || text.startsWith("SELECT c FROM")) {
      writeRow(sink, POINT_COLUMNS, (row) => row.writeUtf8(POINT_TEXT, 0, POINT_TEXT.length));
      return;
    }
    const [word = "", argument = ""] = text.split(" ");
    switch (word.toLowerCase()) {
      case "types":
        return writeRow(
          sink,
          EVERY_TYPE.map(([name, type]) => column(name, type)),
          (row) => {
            for (const [, type, value] of EVERY_TYPE) writeValue(row, type, value);
          },
        );
      case "count":
        return await writeNumbers(sink, Number(argument), options.signal);
      case "wide":
        return await writeWide(sink, Number(argument));
      case "echo":
        return writeRow(
          sink,
          parameters.map(({ type }, at) => column(`p${at}`, type)),
          (row) => {
            for (const { type, value } of parameters) writeValue(row, type, value);
          },
        );
      case "describe_parameters":
        return writeRow(sink, [column("kinds", VARCHAR)], (row) => {
          row.writeText(parameters.map(({ type, value }) => `${type.kind}:${describe(value)}`).join("|"));
        });
      case "size":
        return writeRow(sink, INT_COLUMNS, (row) => row.writeInteger(text.length));
      case "whoami":
        return writeRow(sink, [column("u", VARCHAR)], (row) => {
          const { user, host, account } = this.facts;
          row.writeText(
            `${user}@${host} as ${account.user}@${account.host} tls=${this.facts.tlsVersion ?? "no"}`,
          );
        });
      case "call":
        writeRow(sink, INT_COLUMNS, (row) => row.writeInteger(1));
        return sink.ok({ affectedRows: 0, lastInsertId: 0, warningCount: 0, info: "" });
      case "pause":
        await systemClock.sleep(Number(argument), options.signal);
        return sink.ok({ affectedRows: 0, lastInsertId: 0, warningCount: 0, info: "paused" });
      case "wait":
        return await waitForAbort(options.signal);
      case "fail":
        throw sqlError("ER_NO_SUCH_TABLE", "d", "t");
      case "bug":
        throw new TypeError("boom");
      case "charset":
        this.status = { ...this.status, resultsCharset: argument };
        return sink.ok({ affectedRows: 0, lastInsertId: 0, warningCount: 0, info: "" });
      case "load": {
        let size = 0;
        for await (const piece of options.readLocalFile?.(argument) ?? []) size += piece.length;
        return sink.ok({ affectedRows: size, lastInsertId: 0, warningCount: 0, info: "loaded" });
      }
      case "select":
        // The mysql client sends this to find out whether dollar quoting is known.
        if (argument === "$$") throw sqlError("ER_PARSE_ERROR", "syntax error", "$$", 1);
        return writeRow(sink, [column("1", INT)], (row) => row.writeInteger(1));
      default:
        return sink.ok({
          affectedRows: 3,
          lastInsertId: 2n ** 63n - 1n,
          warningCount: 1,
          info: "Records: 3",
        });
    }
  }

  useDatabase(name: string): Promise<void> {
    if (name === "missing") return Promise.reject(sqlError("ER_BAD_DB_ERROR", name));
    this.status = { ...this.status, database: name };
    return Promise.resolve();
  }

  fieldList(): Promise<readonly ResultColumn[]> {
    return Promise.resolve([column("a", INT), column("b", VARCHAR)]);
  }

  reset(): Promise<void> {
    this.status = { ...this.status, database: undefined };
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export const createFakeSession: SqlSessionFactory = (facts) => Promise.resolve(new FakeSqlSession(facts));

function writeRow(
  sink: ResultSink,
  columns: readonly ResultColumn[],
  fields: (row: RowWriter) => void,
): void {
  const row = sink.startResultSet(columns);
  row.beginRow();
  fields(row);
  row.endRow();
  sink.endResultSet(0);
}

async function writeNumbers(sink: ResultSink, count: number, signal: AbortSignal): Promise<void> {
  const row = sink.startResultSet(INT_COLUMNS);
  for (let i = 0; i < count; i++) {
    if (signal.aborted) throw sqlError("ER_QUERY_INTERRUPTED");
    row.beginRow();
    row.writeInteger(i);
    row.endRow();
    const pressure = sink.backPressure();
    if (pressure !== undefined) await pressure;
  }
  sink.endResultSet(0);
}

async function writeWide(sink: ResultSink, size: number): Promise<void> {
  const row = sink.startResultSet([column("w", VARCHAR)]);
  row.beginRow();
  row.writeText("w".repeat(size));
  row.endRow();
  await sink.backPressure();
  sink.endResultSet(0);
}

function waitForAbort(signal: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) => {
    const fail = () => reject(sqlError("ER_QUERY_INTERRUPTED"));
    if (signal.aborted) fail();
    else signal.addEventListener("abort", fail, { once: true });
  });
}

function describe(value: Value): string {
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString("hex")}`;
  return String(value);
}
