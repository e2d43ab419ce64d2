/** SHOW statements: which computed table answers each of them. */

import type { VirtualTable } from "../../engine/virtual-table.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { Expression } from "../ast/expression.ts";
import type { Show } from "../ast/show.ts";
import type { VirtualContext } from "../virtual-context.ts";

/** The answer of a SHOW statement: the table's rows, filtered by `where` (over the table's columns) when there is one. */
export interface ShowAnswer {
  readonly table: VirtualTable<VirtualContext>;
  readonly where: Expression | undefined;
}

/** LIKE is applied already. Throws what MySQL throws (1046, 1049, 1146 …). */
export function answerShow(show: Show, _context: VirtualContext): ShowAnswer {
  throw sqlError("ER_NOT_SUPPORTED_YET", `SHOW ${show.target.kind}`);
}
