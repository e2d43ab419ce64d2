/** What SHOW answers are made of. */
import type { VirtualColumn, VirtualTable } from "../../engine/virtual-table.ts";
import type { Value } from "../../values/value.ts";
import type { Expression } from "../ast/expression.ts";
import type { ShowFilter } from "../ast/show.ts";
import type { VirtualContext } from "../virtual-context.ts";
import { likeTest } from "./like-filter.ts";

/** The answer of a SHOW statement: the table's rows, filtered by `where` (over the table's columns) when there is one. */
export interface ShowAnswer {
  readonly table: VirtualTable<VirtualContext>;
  readonly where: Expression | undefined;
}

export interface AnswerParts {
  readonly columns: readonly VirtualColumn[];
  readonly rows: Iterable<readonly Value[]>;
  readonly filter?: ShowFilter;
  /** Which column LIKE looks at; the first by default. */
  readonly likeColumn?: number;
  /** Names of databases and tables are compared exactly. */
  readonly caseSensitive?: boolean;
}

export function answer({
  columns,
  rows,
  filter = {},
  likeColumn = 0,
  caseSensitive = false,
}: AnswerParts): ShowAnswer {
  const { like, where } = filter;
  const test = like === undefined ? undefined : likeTest(like, caseSensitive);
  const table: VirtualTable<VirtualContext> = {
    name: "show",
    columns,
    rows: () => (test === undefined ? rows : filtered(rows, likeColumn, test)),
  };
  return { table, where };
}

function* filtered(
  rows: Iterable<readonly Value[]>,
  column: number,
  test: (text: string) => boolean,
): Generator<readonly Value[]> {
  for (const row of rows) if (test(String(row[column]))) yield row;
}
