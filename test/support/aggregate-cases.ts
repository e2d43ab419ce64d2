/** The aggregates that test/sql/aggregates compares with MySQL, and the rows they run over. */
export interface Input {
  /** Type of the column x as SQL has it. */
  readonly sqlType: string;
  /** Literals; NULL among them. */
  readonly rows: readonly string[];
}

export const INPUTS: Readonly<Record<string, Input>> = {
  integers: { sqlType: "int", rows: ["3", "1", "NULL", "2", "2", "-7"] },
  unsigned: { sqlType: "bigint unsigned", rows: ["18446744073709551615", "1", "18446744073709551615"] },
  decimals: { sqlType: "decimal(10,2)", rows: ["1.10", "2.25", "NULL", "2.25", "-0.05"] },
  doubles: { sqlType: "double", rows: ["1.5e0", "2.25e0", "NULL", "1e10"] },
  texts: { sqlType: "varchar(20)", rows: ["'b'", "'A'", "'a'", "NULL", "'10'", "'é'"] },
  dates: { sqlType: "date", rows: ["'2024-02-29'", "'2023-01-01'", "NULL"] },
  empty: { sqlType: "int", rows: [] },
  nulls: { sqlType: "int", rows: ["NULL", "NULL"] },
};

export const AGGREGATES: readonly string[] = [
  "count(*)",
  "count(x)",
  "count(distinct x)",
  "sum(x)",
  "sum(distinct x)",
  "avg(x)",
  "avg(distinct x)",
  "min(x)",
  "max(x)",
  "bit_and(x)",
  "bit_or(x)",
  "bit_xor(x)",
  "std(x)",
  "stddev_samp(x)",
  "variance(x)",
  "var_samp(x)",
  "group_concat(x)",
  "group_concat(distinct x order by x desc separator '|')",
  "group_concat(x, '-', x order by x)",
  "group_concat(x order by 1 separator '')",
  "json_arrayagg(x)",
  "sum(x * 0.5)",
  "max(x) - 1",
];
