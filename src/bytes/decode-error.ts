/** Bytes that are not what their format says. The layer that knows the file or packet translates it. */
import { AppError } from "../base/errors.ts";

export type DecodeErrorCode = "truncated" | "malformed";

export class DecodeError extends AppError<DecodeErrorCode> {
  /** Where in the decoded bytes it was noticed. */
  readonly offset: number;

  constructor(code: DecodeErrorCode, message: string, offset: number) {
    super(code, message);
    this.offset = offset;
  }
}
