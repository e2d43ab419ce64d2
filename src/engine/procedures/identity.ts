/** Who and when, as `--author` and `--date` write them. */
import { SqlError } from "../../values/sql-error.ts";
import type { Identity } from "./repository.ts";

/** Reads `Name <email>`. Throws SqlError 1210. */
export function parseAuthor(given: string): Identity {
  const match = /^\s*([^<>]*[^<>\s])\s*<([^<>]*)>\s*$/.exec(given);
  const [, name, email] = match ?? [];
  if (name === undefined || email === undefined) {
    throw new SqlError(
      "ER_WRONG_ARGUMENTS",
      "Author not formatted correctly. Use 'Name <author@example.com>' format",
    );
  }
  return { name, email };
}

const FORMS: readonly RegExp[] = [
  /^(\d{4})[-./](\d{2})[-./](\d{2})$/,
  /^(\d{4})[-./](\d{2})[-./](\d{2})[T ](\d{2}):(\d{2}):(\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})?$/,
];

/** Reads `2026-01-31`, `2026-01-31 12:00:00` and ISO 8601; without an offset it is UTC. Milliseconds since the
 *  epoch. Throws SqlError 1210. */
export function parseDate(given: string): number {
  if (FORMS.some((form) => form.test(given))) {
    const [day, time] = given.replace(" ", "T").split("T");
    const iso = `${(day ?? "").replace(/[./]/g, "-")}T${time ?? "00:00:00"}`;
    const parsed = Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/.test(iso.slice(10)) ? iso : `${iso}Z`);
    if (!Number.isNaN(parsed)) return parsed;
  }
  throw new SqlError(
    "ER_WRONG_ARGUMENTS",
    `error: '${given}' is not in a supported format. Use 2026-01-31 or 2026-01-31T12:00:00+00:00`,
  );
}
