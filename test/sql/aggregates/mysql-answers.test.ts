/** Aggregates over small inputs against what MySQL 9.7 answered (test/data/aggregates.json). */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { AggregateState } from "../../../src/sql/aggregates/aggregate.ts";
import { compileAggregate } from "../../../src/sql/aggregates/compile-aggregate.ts";
import { bindExpression } from "../../../src/sql/binder/bind-expression.ts";
import type { BoundExpression } from "../../../src/sql/binder/bound-expression.ts";
import type { BoundAggregate, NameScope } from "../../../src/sql/binder/name-scope.ts";
import { decimalType, textType } from "../../../src/sql/binder/types.ts";
import { compileExpression } from "../../../src/sql/expression/compile.ts";
import { readAs } from "../../../src/sql/expression/readers.ts";
import { NO_ROWS } from "../../../src/sql/expression/row-layout.ts";
import { parseExpression } from "../../../src/sql/parser/parse.ts";
import type { SqlType } from "../../../src/values/sql-type.ts";
import type { Value } from "../../../src/values/value.ts";
import { AGGREGATES, INPUTS } from "../../support/aggregate-cases.ts";
import {
  createContext,
  createFrame,
  environment,
  noColumns,
  shown,
} from "../../support/expression-evaluator.ts";

const recorded: Readonly<Record<string, readonly [string | null, number]>> = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, "../../data/aggregates.json"), "utf8"),
);

const TYPES: Readonly<Record<string, SqlType>> = {
  int: { kind: "integer", name: "int", unsigned: false, zerofill: false },
  "bigint unsigned": { kind: "integer", name: "bigint", unsigned: true, zerofill: false },
  "decimal(10,2)": decimalType(10, 2),
  double: { kind: "float", name: "double", unsigned: false, zerofill: false },
  "varchar(20)": textType(20, "utf8mb4_0900_ai_ci"),
  date: { kind: "date" },
};

function parse(text: string): BoundExpression {
  return bindExpression(
    parseExpression(Buffer.from(text), { sqlMode: environment.sqlMode }),
    noColumns,
    environment,
  );
}

/** Runs one aggregate expression over the rows; register 0 is x, the others hold aggregates' results. */
function run(text: string, type: SqlType, rows: readonly string[]): { value: string | null; type: SqlType } {
  const placed: BoundAggregate[] = [];
  const scope: NameScope = {
    ...noColumns,
    resolveColumn: () => ({ kind: "register", register: 0, type, nullable: true, coercibility: 2 }),
    aggregateArguments: () => scope,
    placeAggregate(aggregate) {
      placed.push(aggregate);
      return { ...aggregate, kind: "register", register: placed.length, coercibility: 2 };
    },
  };
  const bound = bindExpression(
    parseExpression(Buffer.from(text), { sqlMode: environment.sqlMode }),
    scope,
    environment,
  );
  const frame = createFrame(createContext());
  const states: AggregateState[] = placed.map((aggregate) => compileAggregate(aggregate, NO_ROWS)());
  for (const literal of rows) {
    const parsed = parse(literal);
    const value: Value = readAs(type, parsed, compileExpression(parsed, NO_ROWS))(frame);
    frame.registers[0] = value;
    for (const state of states) state.add(frame);
  }
  states.forEach((state, at) => {
    frame.registers[at + 1] = state.result(frame);
  });
  return { value: shown(compileExpression(bound, NO_ROWS)(frame), bound), type: bound.type };
}

const KINDS: Readonly<Record<number, readonly string[]>> = {
  3: ["integer"],
  5: ["float"],
  8: ["integer"],
  10: ["date"],
  245: ["json"],
  246: ["decimal"],
  249: ["string", "binary"],
  250: ["string", "binary"],
  251: ["string", "binary"],
  252: ["string", "binary"],
  253: ["string", "binary"],
};

describe.each(Object.entries(INPUTS))("over %s", (name, { sqlType, rows }) => {
  test.each(AGGREGATES)("%s is what MySQL gives", (aggregate) => {
    const [value, wireType] = recorded[`${name}: ${aggregate}`] as readonly [string | null, number];
    const answer = run(aggregate, TYPES[sqlType] as SqlType, rows);
    if (answer.type.kind === "float" && value !== null && answer.value !== null) {
      expect(Number(answer.value)).toBeCloseTo(Number(value), 9);
    } else expect(answer.value).toBe(value);
    expect(KINDS[wireType]).toContain(answer.type.kind);
  });
});
