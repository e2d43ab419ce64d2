/**
 * The values that rows are grouped, made distinct or joined by, as bytes: equal keys, equal values. A key has two forms.
 * The *stored* form takes fields as they lie and is cheap to make, but equal texts may be spelled differently; the
 * *folded* form is the same for all values that are equal.
 */
import type { FieldWriter } from "../../values/codec/field-writer.ts";
import type { Frame } from "./frame.ts";

export interface GroupKeyPart {
  /** Equal values may differ in the stored form. */
  readonly folds: boolean;
  /** Appends the current row's value; false when it is NULL. */
  appendStored(frame: Frame, into: FieldWriter): boolean;
  appendFolded(frame: Frame, into: FieldWriter): boolean;
}

export class GroupKey {
  readonly folds: boolean;
  readonly #parts: readonly GroupKeyPart[];

  constructor(parts: readonly GroupKeyPart[]) {
    this.#parts = parts;
    this.folds = parts.some((part) => part.folds);
  }

  /** Writes the current row's key; false when some part is NULL. */
  writeStored(frame: Frame, into: FieldWriter): boolean {
    const parts = this.#parts;
    let complete = true;
    into.reset();
    for (let i = 0; i < parts.length; i++)
      if (!(parts[i] as GroupKeyPart).appendStored(frame, into)) complete = false;
    return complete;
  }

  writeFolded(frame: Frame, into: FieldWriter): boolean {
    const parts = this.#parts;
    let complete = true;
    into.reset();
    for (let i = 0; i < parts.length; i++)
      if (!(parts[i] as GroupKeyPart).appendFolded(frame, into)) complete = false;
    return complete;
  }
}
