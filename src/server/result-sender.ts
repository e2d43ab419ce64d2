/**
 * The answers of one connection's statements: a ResultSink that encodes them as the client's capabilities ask. The end
 * of each result is held back until it is known whether another follows, because it says so in its status flags.
 */
import { assert } from "../base/assert.ts";
import type { OkResult, ResultColumn, ResultSink, RowWriter } from "../values/row-writer.ts";
import { BinaryRowWriter } from "../wire/binary-row-writer.ts";
import { writeColumnDefinition } from "../wire/column-definition.ts";
import { PacketWriter } from "../wire/packet-writer.ts";
import { CLIENT_DEPRECATE_EOF, SERVER_MORE_RESULTS_EXISTS } from "../wire/protocol.ts";
import { type SessionChanges, writeEndOfRows, writeEof, writeResultOk } from "../wire/response.ts";
import { TextRowWriter } from "../wire/text-row-writer.ts";
import { toWireColumn, type WireColumn } from "../wire/wire-column.ts";
import type { ClientStream } from "./client-stream.ts";

/** What the sender asks of the connection while it writes. */
export interface SenderSession {
  readonly capabilities: number;
  readonly resultsCharset: string | undefined;
  statusFlags(): number;
  /** What changed since it was last asked; undefined when nothing did. */
  takeChanges(): SessionChanges | undefined;
}

/** The end of a result that is held back: that of rows has only their warnings to tell. */
type HeldKind = "none" | "rows" | "ok";

/** The column definitions of a result set, encoded once, and the writers for its rows. */
interface RenderedColumns {
  readonly charset: string | undefined;
  readonly wireColumns: readonly WireColumn[];
  /** Whole packets, from the column count on, with sequence numbers from 1. */
  readonly bytes: Buffer;
  /** The sequence number after them. */
  readonly nextSequence: number;
  text: TextRowWriter | undefined;
  binary: BinaryRowWriter | undefined;
}

const NOTHING: OkResult = { affectedRows: 0, lastInsertId: 0, warningCount: 0, info: "" };
/** The answer to a command begins with this sequence number. */
const FIRST_SEQUENCE = 1;

export class ResultSender implements ResultSink {
  readonly #stream: ClientStream;
  readonly #session: SenderSession;
  readonly #rendered = new WeakMap<readonly ResultColumn[], RenderedColumns>();
  readonly #onRow: () => void;
  #binary = false;
  #heldKind: HeldKind = "none";
  #heldOk: OkResult = NOTHING;
  #heldWarnings = 0;

  constructor(stream: ClientStream, session: SenderSession) {
    this.#stream = stream;
    this.#session = session;
    this.#onRow = () => stream.flushWhenFull();
  }

  /** Begins the answer of a command. */
  begin(protocol: "text" | "binary"): void {
    this.#binary = protocol === "binary";
    this.#heldKind = "none";
  }

  startResultSet(columns: readonly ResultColumn[]): RowWriter {
    this.#sendHeld(SERVER_MORE_RESULTS_EXISTS);
    const rendered = this.#render(columns);
    this.writeColumns(columns);
    if (this.#binary) {
      rendered.binary ??= new BinaryRowWriter(this.#stream.writer, rendered.wireColumns, this.#onRow);
      return rendered.binary;
    }
    rendered.text ??= new TextRowWriter(this.#stream.writer, rendered.wireColumns, this.#onRow);
    return rendered.text;
  }

  backPressure(): Promise<void> | undefined {
    return this.#stream.backPressure();
  }

  endResultSet(warningCount: number): void {
    this.#heldKind = "rows";
    this.#heldWarnings = warningCount;
  }

  ok(result: OkResult): void {
    this.#sendHeld(SERVER_MORE_RESULTS_EXISTS);
    this.#heldKind = "ok";
    this.#heldOk = result;
  }

  /** Ends the answer: what was held back is the last result. */
  finish(): void {
    assert(this.#heldKind !== "none", "a statement gives a result");
    this.#sendHeld(0);
  }

  /** An error follows: what was held back is complete, but not the last answer. Rows begun are cut off. */
  finishBeforeError(): void {
    this.#stream.writer.abandon();
    this.#sendHeld(SERVER_MORE_RESULTS_EXISTS);
  }

  /** Another message to the client interrupts the answer (the request for a local file). */
  sendHeldBefore(): void {
    this.#sendHeld(SERVER_MORE_RESULTS_EXISTS);
  }

  /** The column count and definitions, with the EOF that older clients expect after them. */
  writeColumns(columns: readonly ResultColumn[], extraFlags = 0): void {
    const writer = this.#stream.writer;
    const rendered = this.#render(columns);
    if (writer.sequence === FIRST_SEQUENCE) {
      writer.writeBytes(rendered.bytes, 0, rendered.bytes.length);
      writer.sequence = rendered.nextSequence;
    } else {
      writer.begin();
      writer.writeLength(columns.length);
      writer.end();
      columns.forEach((column, at) => {
        writeColumnDefinition(writer, column, rendered.wireColumns[at] as WireColumn);
      });
    }
    if ((this.#session.capabilities & CLIENT_DEPRECATE_EOF) === 0) {
      writeEof(writer, 0, this.#session.statusFlags() | extraFlags);
    } else if (extraFlags !== 0) {
      writeEndOfRows(writer, this.#session.capabilities, {
        warningCount: 0,
        statusFlags: this.#session.statusFlags() | extraFlags,
      });
    }
  }

  /** How the columns look on the wire for this client. */
  wireColumns(columns: readonly ResultColumn[]): readonly WireColumn[] {
    return this.#render(columns).wireColumns;
  }

  #render(columns: readonly ResultColumn[]): RenderedColumns {
    const charset = this.#session.resultsCharset;
    const known = this.#rendered.get(columns);
    if (known !== undefined && known.charset === charset) return known;
    const wireColumns = columns.map((column) => toWireColumn(column, charset));
    const scratch = new PacketWriter();
    scratch.sequence = FIRST_SEQUENCE;
    scratch.begin();
    scratch.writeLength(columns.length);
    scratch.end();
    columns.forEach((column, at) => {
      writeColumnDefinition(scratch, column, wireColumns[at] as WireColumn);
    });
    const rendered: RenderedColumns = {
      charset,
      wireColumns,
      bytes: Buffer.from(scratch.take()),
      nextSequence: scratch.sequence,
      text: undefined,
      binary: undefined,
    };
    this.#rendered.set(columns, rendered);
    return rendered;
  }

  #sendHeld(extraFlags: number): void {
    const kind = this.#heldKind;
    if (kind === "none") return;
    this.#heldKind = "none";
    const { capabilities } = this.#session;
    const statusFlags = this.#session.statusFlags() | extraFlags;
    const changes = this.#session.takeChanges();
    if (kind === "rows") {
      const warningCount = this.#heldWarnings;
      writeEndOfRows(this.#stream.writer, capabilities, { warningCount, statusFlags, changes });
    } else {
      writeResultOk(this.#stream.writer, capabilities, this.#heldOk, { statusFlags, changes });
    }
  }
}
