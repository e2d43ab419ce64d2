/** Splits the bytes of a LOAD DATA file into lines and fields, as they come in. */
import type { ResolvedFormat } from "./file-format.ts";

/** A field's bytes after escapes; null for \N (and a bare NULL where enclosing is possible). */
export type Field = Uint8Array | null;

const ESCAPED: Readonly<Record<number, number>> = { 48: 0, 98: 8, 110: 10, 114: 13, 116: 9, 90: 26 };

export class DelimitedReader {
  readonly #format: ResolvedFormat;
  #buffer: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(format: ResolvedFormat) {
    this.#format = format;
  }

  push(bytes: Uint8Array): void {
    this.#buffer = Buffer.concat([this.#buffer.subarray(this.#at), bytes]);
    this.#at = 0;
  }

  /** The next line's fields; undefined when the line isn't complete yet (or, at the end of the file, there is none). */
  nextLine(isEnd: boolean): Field[] | undefined {
    const { linesStartingBy } = this.#format;
    const buffer = this.#buffer;
    let at = this.#at;
    if (linesStartingBy.length > 0) {
      const found = Buffer.from(buffer.buffer, buffer.byteOffset, buffer.length).indexOf(linesStartingBy, at);
      if (found < 0) return undefined;
      at = found + linesStartingBy.length;
    }
    if (at >= buffer.length) return undefined;
    const parsed = this.#parse(at, isEnd);
    if (parsed === undefined) return undefined;
    this.#at = parsed.next;
    return parsed.fields;
  }

  /** Skips a line without looking into fields (IGNORE n LINES); false when it isn't complete. */
  skipLine(isEnd: boolean): boolean {
    const buffer = Buffer.from(this.#buffer.buffer, this.#buffer.byteOffset, this.#buffer.length);
    const end = buffer.indexOf(this.#format.linesTerminatedBy, this.#at);
    if (end < 0) {
      if (isEnd) this.#at = buffer.length;
      return isEnd;
    }
    this.#at = end + this.#format.linesTerminatedBy.length;
    return true;
  }

  #parse(start: number, isEnd: boolean): { readonly fields: Field[]; readonly next: number } | undefined {
    const { enclosure, escapeByte, fieldsTerminatedBy, linesTerminatedBy } = this.#format;
    const buffer = this.#buffer;
    const longest = Math.max(fieldsTerminatedBy.length, linesTerminatedBy.length, 2);
    const fields: Field[] = [];
    let at = start;
    for (;;) {
      const plainEnd = this.#plainFieldEnd(at);
      if (plainEnd >= 0) {
        fields.push(this.#plainField(at, plainEnd));
        at = plainEnd + 1;
        if (buffer[plainEnd] === linesTerminatedBy[0]) return { fields, next: at };
        continue;
      }
      const bytes: number[] = [];
      const enclosed = enclosure !== undefined && buffer[at] === enclosure;
      let isNull = false;
      let hasEscape = false;
      if (enclosed) at++;
      for (;;) {
        if (at >= buffer.length) {
          if (!isEnd) return undefined;
          fields.push(finish(bytes, { isNull, enclosed, hasEscape, format: this.#format }));
          return { fields, next: at };
        }
        // A terminator may lie across the end of what has been read so far.
        if (!isEnd && at + longest > buffer.length) return undefined;
        const byte = buffer[at] as number;
        if (
          escapeByte !== undefined &&
          byte === escapeByte &&
          at + 1 < buffer.length &&
          !(byte === enclosure && buffer[at + 1] === enclosure)
        ) {
          const following = buffer[at + 1] as number;
          if (following === 0x4e && bytes.length === 0) isNull = true;
          else bytes.push(ESCAPED[following] ?? following);
          hasEscape = true;
          at += 2;
          continue;
        }
        if (enclosed && byte === enclosure) {
          if (buffer[at + 1] === enclosure) {
            bytes.push(byte);
            at += 2;
            continue;
          }
          const after = at + 1;
          if (startsWith(buffer, after, fieldsTerminatedBy)) {
            fields.push(Uint8Array.from(bytes));
            at = after + fieldsTerminatedBy.length;
            break;
          }
          if (startsWith(buffer, after, linesTerminatedBy) || (isEnd && after >= buffer.length)) {
            fields.push(Uint8Array.from(bytes));
            return { fields, next: Math.min(buffer.length, after + linesTerminatedBy.length) };
          }
        }
        if (!enclosed) {
          if (startsWith(buffer, at, fieldsTerminatedBy)) {
            fields.push(finish(bytes, { isNull, enclosed, hasEscape, format: this.#format }));
            at += fieldsTerminatedBy.length;
            break;
          }
          if (startsWith(buffer, at, linesTerminatedBy)) {
            fields.push(finish(bytes, { isNull, enclosed, hasEscape, format: this.#format }));
            return { fields, next: at + linesTerminatedBy.length };
          }
        }
        bytes.push(byte);
        at++;
      }
    }
  }

  /** Where a field ends that is neither enclosed nor has escapes; -1 when it does, or when that is not certain. Nearly
   *  all fields are such, and their bytes need not be copied. */
  #plainFieldEnd(start: number): number {
    const { enclosure, escapeByte, fieldsTerminatedBy, linesTerminatedBy } = this.#format;
    if (fieldsTerminatedBy.length !== 1 || linesTerminatedBy.length !== 1) return -1;
    const buffer = this.#buffer;
    const fieldEnd = fieldsTerminatedBy[0];
    const lineEnd = linesTerminatedBy[0];
    if (fieldEnd === lineEnd || (start < buffer.length && buffer[start] === enclosure)) return -1;
    for (let at = start; at < buffer.length; at++) {
      const byte = buffer[at];
      if (byte === escapeByte) return -1;
      if (byte === fieldEnd || byte === lineEnd) return at;
    }
    return -1;
  }

  #plainField(start: number, end: number): Field {
    const { enclosure, escapeByte } = this.#format;
    const bytes = this.#buffer.subarray(start, end);
    return (enclosure !== undefined || escapeByte === undefined) && isNullWord(bytes) ? null : bytes;
  }
}

interface FieldEnd {
  readonly isNull: boolean;
  readonly enclosed: boolean;
  readonly hasEscape: boolean;
  readonly format: ResolvedFormat;
}

function finish(bytes: readonly number[], end: FieldEnd): Field {
  if (end.isNull && bytes.length === 0) return null;
  const result = Uint8Array.from(bytes);
  const bareNull =
    !end.enclosed &&
    !end.hasEscape &&
    (end.format.enclosure !== undefined || end.format.escapeByte === undefined);
  return bareNull && isNullWord(result) ? null : result;
}

/** NULL, in capitals. */
function isNullWord(bytes: Uint8Array): boolean {
  return (
    bytes.length === 4 && bytes[0] === 0x4e && bytes[1] === 0x55 && bytes[2] === 0x4c && bytes[3] === 0x4c
  );
}

function startsWith(buffer: Uint8Array, at: number, text: Uint8Array): boolean {
  if (text.length === 0 || at + text.length > buffer.length) return false;
  for (let i = 0; i < text.length; i++) if (buffer[at + i] !== text[i]) return false;
  return true;
}
