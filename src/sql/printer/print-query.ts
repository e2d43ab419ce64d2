/** Query expressions as MySQL prints them in view definitions. */
import { unreachable } from "../../base/assert.ts";
import type {
  FrameBound,
  JsonTableColumn,
  LockingClause,
  OrderItem,
  Query,
  QueryBody,
  Select,
  SelectItem,
  TableName,
  TableReference,
  WindowSpecification,
  WithClause,
} from "../ast/query.ts";
import { decodeText } from "../lexer/string-text.ts";
import { printDataType } from "./print-data-type.ts";
import { ExpressionPrinter, type PrintOptions } from "./print-expression.ts";
import { quoteName, quoteString } from "./text-writer.ts";

export function printQuery(query: Query, options: PrintOptions): string {
  return new QueryPrinter(options).query(query);
}

/** `(PARTITION BY … ORDER BY … frame)` */
export function printWindow(window: WindowSpecification, options: PrintOptions): string {
  return new QueryPrinter(options).window(window);
}

function names(list: readonly string[]): string {
  return list.map(quoteName).join(",");
}

function tableName({ database, name }: TableName): string {
  return database === undefined ? quoteName(name) : `${quoteName(database)}.${quoteName(name)}`;
}

class QueryPrinter {
  readonly #expressions: ExpressionPrinter;

  constructor(options: PrintOptions) {
    this.#expressions = new ExpressionPrinter(options);
  }

  query(query: Query): string {
    const parts = [query.with === undefined ? "" : `${this.#with(query.with)} `, this.#body(query.body)];
    if (query.orderBy.length > 0) parts.push(` order by ${this.#order(query.orderBy)}`);
    if (query.limit !== undefined) {
      const { count, offset } = query.limit;
      const skip = offset === undefined ? "" : `${this.#expressions.print(offset)},`;
      parts.push(` limit ${skip}${this.#expressions.print(count)}`);
    }
    parts.push(...query.locking.map(locking));
    return parts.join("");
  }

  #with(clause: WithClause): string {
    const tables = clause.tables.map(({ name, columns, query }) => {
      const list = columns === undefined ? "" : ` (${names(columns)})`;
      return `${quoteName(name)}${list} as (${this.query(query)})`;
    });
    return `with ${clause.recursive ? "recursive " : ""}${tables.join(",")}`;
  }

  #body(body: QueryBody): string {
    switch (body.kind) {
      case "select":
        return this.#select(body);
      case "set-operation": {
        const all = body.distinct ? "" : " all";
        return `${this.#body(body.left)} ${body.operator}${all} ${this.#rightBody(body)}`;
      }
      case "values":
        return `values ${body.rows.map((row) => `row(${this.#expressions.list(row)})`).join(",")}`;
      case "table-rows":
        return `table ${tableName(body.table)}`;
      case "nested":
        return `(${this.query(body.query)})`;
      default:
        return unreachable(body);
    }
  }

  #rightBody({ right }: QueryBody & { readonly kind: "set-operation" }): string {
    return this.#body(right);
  }

  #order(items: readonly OrderItem[]): string {
    return items
      .map(
        ({ expression, descending }) => `${this.#expressions.print(expression)}${descending ? " desc" : ""}`,
      )
      .join(",");
  }

  #select(select: Select): string {
    const options = [
      select.distinct ? "distinct " : "",
      select.straightJoin ? "straight_join " : "",
      ...select.options.map((option) => `${option.toLowerCase()} `),
      select.calcFoundRows ? "sql_calc_found_rows " : "",
    ].join("");
    const parts = [`select ${options}${select.items.map((item) => this.#item(item)).join(",")}`];
    if (select.from.length > 0) parts.push(`from ${this.#tables(select.from)}`);
    if (select.where !== undefined) parts.push(`where ${this.#expressions.truth(select.where)}`);
    if (select.groupBy.length > 0) {
      parts.push(`group by ${this.#order(select.groupBy)}${select.rollup ? " with rollup" : ""}`);
    }
    if (select.having !== undefined) parts.push(`having ${this.#expressions.truth(select.having)}`);
    if (select.windows.length > 0) {
      const windows = select.windows.map(
        ({ name, window }) => `${quoteName(name)} AS ${this.window(window)}`,
      );
      parts.push(`window ${windows.join(", ")}`);
    }
    if (select.qualify !== undefined) parts.push(`qualify ${this.#expressions.truth(select.qualify)}`);
    return parts.join(" ");
  }

  #item(item: SelectItem): string {
    if (item.kind === "star") {
      const qualifiers = [item.database, item.table].filter((part) => part !== undefined).map(quoteName);
      return [...qualifiers, "*"].join(".");
    }
    const { expression } = item;
    const name = item.alias ?? (expression.kind === "column" ? expression.name : item.text);
    return `${this.#expressions.print(expression)} AS ${quoteName(name)}`;
  }

  #tables(tables: readonly TableReference[]): string {
    return tables.length === 1
      ? tables.map((table) => this.#table(table)).join("")
      : tables.map((table) => this.#table(table)).join(",");
  }

  #table(table: TableReference): string {
    switch (table.kind) {
      case "table": {
        const partitions = table.partitions.length > 0 ? ` PARTITION (${names(table.partitions)})` : "";
        const asOf = table.asOf === undefined ? "" : ` as of ${this.#expressions.print(table.asOf)}`;
        const alias = table.alias === undefined ? "" : ` ${quoteName(table.alias)}`;
        const hints = table.hints.map(
          ({ action, scope, indexes }) =>
            ` ${action.toUpperCase()} INDEX ${scope === undefined ? "" : `FOR ${scope.toUpperCase()} `}(${names(indexes)})`,
        );
        return `${tableName(table)}${partitions}${asOf}${alias}${hints.join("")}`;
      }
      case "derived": {
        const columns = table.columns === undefined ? "" : ` (${names(table.columns)})`;
        return `${table.lateral ? "lateral " : ""}(${this.query(table.query)}) ${quoteName(table.alias)}${columns}`;
      }
      case "table-function": {
        const alias = table.alias === undefined ? "" : ` ${quoteName(table.alias)}`;
        return `${quoteName(table.name)}(${this.#expressions.list(table.args)})${alias}`;
      }
      case "json-table": {
        const path = quoteString(decodeText(table.path, 0, table.path.length));
        const columns = this.#jsonColumns(table.columns);
        return `json_table(${this.#expressions.print(table.document)}, ${path} ${columns}) ${quoteName(table.alias)}`;
      }
      case "join":
        return this.#join(table);
      default:
        return unreachable(table);
    }
  }

  #join(join: TableReference & { readonly kind: "join" }): string {
    const types = {
      inner: "join",
      left: "left join",
      right: "right join",
      straight: "straight_join",
    } as const;
    const word = `${join.natural ? "natural " : ""}${types[join.type]}`;
    const on = join.on === undefined ? "" : ` on(${this.#expressions.truth(join.on)})`;
    const using = join.using === undefined ? "" : ` using (${names(join.using)})`;
    return `(${this.#table(join.left)} ${word} ${this.#table(join.right)}${on}${using})`;
  }

  #jsonColumns(columns: readonly JsonTableColumn[]): string {
    const printed = columns.map((column) => {
      switch (column.kind) {
        case "ordinality":
          return `${quoteName(column.name)} for ordinality`;
        case "nested":
          return `nested path ${quoteString(decodeText(column.path, 0, column.path.length))} ${this.#jsonColumns(column.columns)}`;
        default: {
          const exists = column.kind === "exists" ? " exists" : "";
          const path = quoteString(decodeText(column.path, 0, column.path.length));
          const fallbacks = [
            [column.onEmpty, "empty"],
            [column.onError, "error"],
          ] as const;
          const on = fallbacks.map(([fallback, when]) => {
            if (fallback === undefined) return "";
            const value =
              fallback.kind === "default"
                ? `default ${this.#expressions.print(fallback.value)}`
                : fallback.kind;
            return ` ${value} on ${when}`;
          });
          return `${quoteName(column.name)} ${printDataType(column.type)}${exists} path ${path}${on.join("")}`;
        }
      }
    });
    return `columns (${printed.join(", ")})`;
  }

  window(window: WindowSpecification): string {
    const parts: string[] = [];
    if (window.base !== undefined) parts.push(`${quoteName(window.base)} `);
    if (window.partitionBy.length > 0)
      parts.push(`PARTITION BY ${this.#expressions.list(window.partitionBy)} `);
    if (window.orderBy.length > 0) parts.push(`ORDER BY ${this.#order(window.orderBy)} `);
    if (window.frame !== undefined) {
      const { units, from, to } = window.frame;
      const end = to === undefined ? "CURRENT ROW" : this.#bound(to);
      parts.push(`${units.toUpperCase()} BETWEEN ${this.#bound(from)} AND ${end}`);
    }
    return `(${parts.join("")})`;
  }

  #bound(bound: FrameBound): string {
    if (bound.kind !== "preceding" && bound.kind !== "following") return bound.kind.toUpperCase();
    const amount = this.#expressions.print(bound.amount);
    const value = bound.unit === undefined ? amount : `INTERVAL ${amount} ${bound.unit.toUpperCase()}`;
    return `${value} ${bound.kind.toUpperCase()}`;
  }
}

function locking({ strength, tables, policy }: LockingClause): string {
  const of = tables.length > 0 ? ` of ${tables.map(tableName).join(",")}` : "";
  return ` for ${strength}${of}${policy === "wait" ? "" : ` ${policy}`}`;
}
