/** PARTITION BY and partition definitions. */
import type { PartitionBy, PartitionDefinition, TableOption } from "../ast/data-definition.ts";
import type { Expression } from "../ast/expression.ts";
import { parseBits, parseExpression } from "./expression.ts";
import { parseTableOption } from "./table-options.ts";
import type { TokenReader } from "./token-reader.ts";

/** From PARTITION BY to the end of the definitions. */
export function parsePartitionBy(reader: TokenReader): PartitionBy {
  reader.expect("PARTITION", "BY");
  const head = parseMethod(reader);
  const count = reader.accept("PARTITIONS") ? { count: reader.integer() } : {};
  let subpartition = {};
  if (reader.acceptAll("SUBPARTITION", "BY")) {
    const method = parseMethod(reader);
    const number = reader.accept("SUBPARTITIONS") ? { count: reader.integer() } : {};
    subpartition = { subpartition: { ...method, ...number } };
  }
  const partitions = reader.at("(") ? parsePartitionDefinitions(reader) : [];
  return { ...head, ...count, ...subpartition, partitions };
}

type Method = Pick<PartitionBy, "type" | "linear" | "algorithm" | "expression" | "columns">;

function parseMethod(reader: TokenReader): Method {
  const linear = reader.accept("LINEAR");
  if (reader.accept("KEY")) {
    let algorithm = {};
    if (reader.accept("ALGORITHM")) {
      reader.acceptEquals();
      algorithm = { algorithm: reader.integer() };
    }
    reader.expect("(");
    const columns = reader.at(")") ? [] : reader.list(() => reader.identifier());
    reader.expect(")");
    return { type: "key", linear, ...algorithm, columns };
  }
  if (reader.accept("HASH")) return { type: "hash", linear, expression: parseParenthesized(reader) };
  if (linear) reader.fail();
  const type = reader.at("RANGE") ? "range" : "list";
  if (!reader.accept("RANGE")) reader.expect("LIST");
  if (reader.accept("COLUMNS"))
    return { type, linear, columns: reader.parenthesized(() => reader.identifier()) };
  return { type, linear, expression: parseParenthesized(reader) };
}

function parseParenthesized(reader: TokenReader): Expression {
  reader.expect("(");
  const expression = parseBits(reader);
  reader.expect(")");
  return expression;
}

export function parsePartitionDefinitions(reader: TokenReader): readonly PartitionDefinition[] {
  return reader.parenthesized(() => parsePartitionDefinition(reader));
}

function parsePartitionDefinition(reader: TokenReader): PartitionDefinition {
  reader.expect("PARTITION");
  const name = reader.identifier();
  const values = reader.accept("VALUES") ? parseValues(reader) : {};
  const options = parseOptions(reader);
  const subpartitions = reader.at("(")
    ? reader.parenthesized(() => {
        reader.expect("SUBPARTITION");
        return { name: reader.identifierOrString(), options: parseOptions(reader) };
      })
    : [];
  return { name, ...values, options, subpartitions };
}

function parseValues(reader: TokenReader): Pick<PartitionDefinition, "lessThan" | "in"> {
  if (reader.acceptAll("LESS", "THAN")) {
    if (reader.accept("MAXVALUE")) return { lessThan: [undefined] };
    return { lessThan: reader.parenthesized(() => parseBound(reader)) };
  }
  reader.expect("IN");
  return {
    in: reader.parenthesized(() =>
      reader.at("(") ? reader.parenthesized(() => parseExpression(reader)) : [parseExpression(reader)],
    ),
  };
}

function parseBound(reader: TokenReader): Expression | undefined {
  return reader.accept("MAXVALUE") ? undefined : parseExpression(reader);
}

function parseOptions(reader: TokenReader): readonly TableOption[] {
  const options: TableOption[] = [];
  for (;;) {
    reader.accept("STORAGE");
    if (reader.accept("NODEGROUP")) {
      reader.acceptEquals();
      options.push({ name: "nodegroup", value: String(reader.integer()) });
      continue;
    }
    const option = parseTableOption(reader);
    if (option === undefined) return options;
    options.push(option);
  }
}
