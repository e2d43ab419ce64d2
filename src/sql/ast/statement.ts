/** Any statement. `kind` tells which. */
import type { AccountStatement } from "./account.ts";
import type { DataChange } from "./data-change.ts";
import type { DataDefinitionStatement } from "./data-definition.ts";
import type { Query } from "./query.ts";
import type { SessionStatement } from "./session.ts";
import type { Show } from "./show.ts";

export type Statement =
  | Query
  | DataChange
  | DataDefinitionStatement
  | SessionStatement
  | Show
  | AccountStatement;
