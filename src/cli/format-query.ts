/** Renders an `@databases/sql` query for mysql2: `?` placeholders and backquoted identifiers. */
import type { SQLQuery } from "@databases/sql";

export interface FormattedQuery {
  readonly sql: string;
  readonly values: unknown[];
}

export function quoteIdentifier(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

export function formatQuery(query: SQLQuery): FormattedQuery {
  const { text, values } = query.format({
    escapeIdentifier: quoteIdentifier,
    formatValue: (value) => ({ placeholder: "?", value }),
  });
  return { sql: text, values };
}
