/** A result sink that keeps results as text, the way the `mysql` client's batch mode prints them. */
import { type DateTime, formatDate, formatDateTime, formatTime } from "../../src/values/datetime.ts";
import { formatDouble, formatFloat } from "../../src/values/number-text.ts";
import type { OkResult, ResultColumn, ResultSink, RowWriter } from "../../src/values/row-writer.ts";
import type { SqlType } from "../../src/values/sql-type.ts";
import type { SqlInteger } from "../../src/values/value.ts";

export interface TextResult {
  readonly columns: readonly ResultColumn[];
  readonly rows: (string | null)[][];
}

export class TextSink implements ResultSink {
  readonly results: TextResult[] = [];
  readonly oks: OkResult[] = [];

  startResultSet(columns: readonly ResultColumn[]): RowWriter {
    const result: TextResult = { columns, rows: [] };
    this.results.push(result);
    return new TextRowWriter(result);
  }

  backPressure(): undefined {
    return undefined;
  }

  endResultSet(): void {
    // Nothing follows a result set here.
  }

  ok(result: OkResult): void {
    this.oks.push(result);
  }
}

class TextRowWriter implements RowWriter {
  readonly #result: TextResult;
  #row: (string | null)[] = [];

  constructor(result: TextResult) {
    this.#result = result;
  }

  get #type(): SqlType {
    return this.#result.columns[this.#row.length]!.type;
  }

  beginRow(): void {
    this.#row = [];
  }

  writeNull(): void {
    this.#row.push(null);
  }

  writeInteger(value: SqlInteger): void {
    const type = this.#type;
    if (type.kind === "bit") {
      const hex = BigInt(value)
        .toString(16)
        .padStart(((type.width + 7) >> 3) * 2, "0");
      this.#row.push(`0x${hex.toUpperCase()}`);
    } else if (type.kind === "integer" && type.zerofill)
      this.#row.push(String(value).padStart(type.displayWidth ?? 0, "0"));
    else if (type.kind === "year") this.#row.push(String(value).padStart(4, "0"));
    else this.#row.push(String(value));
  }

  writeDouble(value: number): void {
    const type = this.#type;
    const decimals = this.#result.columns[this.#row.length]!.decimals;
    const scale =
      type.kind === "float"
        ? (type.scale ?? (decimals === undefined || decimals >= 31 ? undefined : decimals))
        : undefined;
    if (scale !== undefined) this.#row.push(value.toFixed(scale));
    else
      this.#row.push(
        type.kind === "float" && type.name === "float" ? formatFloat(value) : formatDouble(value),
      );
  }

  writeText(value: string): void {
    this.#row.push(value);
  }

  writeUtf8(bytes: Uint8Array, start: number, end: number): void {
    this.#row.push(Buffer.from(bytes.subarray(start, end)).toString("utf8"));
  }

  writeBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#row.push(
      end > start ? `0x${Buffer.from(bytes.subarray(start, end)).toString("hex").toUpperCase()}` : "",
    );
  }

  writeDateTime(value: DateTime): void {
    const type = this.#type;
    this.#row.push(
      type.kind === "date"
        ? formatDate(value)
        : formatDateTime(value, "fraction" in type ? type.fraction : 0),
    );
  }

  writeTime(microseconds: number): void {
    const type = this.#type;
    this.#row.push(formatTime(microseconds, type.kind === "time" ? type.fraction : 0));
  }

  endRow(): void {
    this.#result.rows.push(this.#row);
  }
}
