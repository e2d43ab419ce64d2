/**
 * The rows of a cursor: encoded once when the statement runs, kept in memory, and handed out by COM_STMT_FETCH. A
 * ResultSink that keeps the first result set and, for statements without one, the OK.
 */

import type { OkResult, ResultColumn, ResultSink, RowWriter } from "../values/row-writer.ts";
import { sqlError } from "../values/sql-error.ts";
import { BinaryRowWriter } from "../wire/binary-row-writer.ts";
import { PacketWriter } from "../wire/packet-writer.ts";
import { PACKET_HEADER_SIZE, PACKET_PAYLOAD_MAX } from "../wire/protocol.ts";
import type { WireColumn } from "../wire/wire-column.ts";

/** Of one cursor. Larger results are to be read without a cursor, which needs no memory for them. */
const CURSOR_SIZE_MAX = 512 * 1024 * 1024;
const PIECE_SIZE = 256 * 1024;
const PACKET_LENGTH_SIZE = 3;

export class StoredRows implements ResultSink {
  columns: readonly ResultColumn[] | undefined;
  okResult: OkResult | undefined;
  warningCount = 0;
  readonly #wireColumns: (columns: readonly ResultColumn[]) => readonly WireColumn[];
  readonly #packets = new PacketWriter();
  /** Whole packets, in pieces. */
  readonly #pieces: Buffer[] = [];
  #size = 0;
  #piece = 0;
  #at = 0;

  constructor(wireColumns: (columns: readonly ResultColumn[]) => readonly WireColumn[]) {
    this.#wireColumns = wireColumns;
  }

  startResultSet(columns: readonly ResultColumn[]): RowWriter {
    this.columns ??= columns;
    return new BinaryRowWriter(this.#packets, this.#wireColumns(columns), () => {
      if (this.#packets.pendingSize >= PIECE_SIZE) this.#keep();
    });
  }

  backPressure(): undefined {
    return undefined;
  }

  endResultSet(warningCount: number): void {
    this.warningCount = warningCount;
    this.#keep();
  }

  ok(result: OkResult): void {
    this.okResult = result;
  }

  /** All rows were handed out. */
  get exhausted(): boolean {
    return this.#piece >= this.#pieces.length;
  }

  /** Moves the next row's packet to `writer`; false at the end. */
  sendNext(writer: PacketWriter): boolean {
    const piece = this.#pieces[this.#piece];
    if (piece === undefined) return false;
    writer.begin();
    let size: number;
    do {
      // A row of 16 MiB or more is several packets; the writer splits it again.
      size = piece.readUIntLE(this.#at, PACKET_LENGTH_SIZE);
      const start = this.#at + PACKET_HEADER_SIZE;
      writer.writeBytes(piece, start, start + size);
      this.#at = start + size;
    } while (size === PACKET_PAYLOAD_MAX);
    writer.end();
    if (this.#at === piece.length) {
      this.#pieces[this.#piece] = Buffer.alloc(0);
      this.#piece++;
      this.#at = 0;
    }
    return true;
  }

  #keep(): void {
    if (this.#packets.pendingSize === 0) return;
    const piece = Buffer.from(this.#packets.take());
    this.#packets.reuse();
    this.#size += piece.length;
    if (this.#size > CURSOR_SIZE_MAX) throw sqlError("ER_OUT_OF_RESOURCES");
    this.#pieces.push(piece);
  }
}
