/** FIELDS and LINES clauses with MySQL's defaults filled in. */
import { sqlError } from "../../values/sql-error.ts";
import type { FileFormat } from "../ast/query.ts";

export interface ResolvedFormat {
  readonly fieldsTerminatedBy: Uint8Array;
  readonly enclosure: number | undefined;
  readonly optionallyEnclosed: boolean;
  readonly escapeByte: number | undefined;
  readonly linesTerminatedBy: Uint8Array;
  readonly linesStartingBy: Uint8Array;
}

/** 1083 when an enclosing or escaping text is more than a character. */
export function resolveFormat(format: FileFormat): ResolvedFormat {
  const single = (bytes: Uint8Array | undefined, otherwise: number | undefined): number | undefined => {
    if (bytes === undefined) return otherwise;
    if (bytes.length > 1) throw sqlError("ER_WRONG_FIELD_TERMINATORS");
    return bytes[0];
  };
  return {
    fieldsTerminatedBy: format.fieldsTerminatedBy ?? Buffer.from("\t"),
    enclosure: single(format.fieldsEnclosedBy, undefined),
    optionallyEnclosed: format.optionallyEnclosed,
    escapeByte: single(format.fieldsEscapedBy, 0x5c),
    linesTerminatedBy: format.linesTerminatedBy ?? Buffer.from("\n"),
    linesStartingBy: format.linesStartingBy ?? new Uint8Array(0),
  };
}
