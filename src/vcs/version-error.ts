/** What can be wrong with a request to version control. The message is for people; callers switch on `code`. */
import { AppError } from "../base/errors.ts";

export type VersionErrorCode =
  | "ref_not_found"
  | "ref_exists"
  | "branch_in_use"
  | "ambiguous_ref"
  | "invalid_ref_name"
  | "invalid_revision"
  | "not_fast_forward"
  | "not_merged"
  | "no_common_ancestor"
  | "merge_conflict"
  | "schema_conflict"
  | "constraint_violation"
  | "nothing_to_commit"
  | "empty_message"
  | "table_not_found"
  | "uncommitted_changes"
  | "corrupted";

export class VersionError extends AppError<VersionErrorCode> {
  /** The ref, table or revision the error is about. */
  readonly subject: string;

  constructor(
    code: VersionErrorCode,
    subject: string,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(code, message, options);
    this.subject = subject;
  }
}
