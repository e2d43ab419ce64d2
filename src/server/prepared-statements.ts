/** The prepared statements of one connection, by the ids the client knows them by. */
import type { PreparedStatement } from "../sql/api.ts";
import { sqlError } from "../values/sql-error.ts";
import { StatementParameters } from "../wire/execute-parameters.ts";
import type { StoredRows } from "./stored-rows.ts";

export interface ServerStatement {
  readonly id: number;
  readonly prepared: PreparedStatement;
  readonly text: Buffer;
  readonly parameters: StatementParameters;
  /** The rows of an open cursor. */
  cursor: StoredRows | undefined;
}

export class PreparedStatements {
  readonly #statements = new Map<number, ServerStatement>();
  readonly #countMax: number;
  #lastId = 0;

  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  /** Throws 1461 when there are too many. */
  checkRoom(): void {
    if (this.#statements.size >= this.#countMax) {
      throw sqlError("ER_MAX_PREPARED_STMT_COUNT_REACHED", this.#countMax);
    }
  }

  add(prepared: PreparedStatement, text: Buffer): ServerStatement {
    this.#lastId = (this.#lastId % 0xffffffff) + 1;
    const statement: ServerStatement = {
      id: this.#lastId,
      prepared,
      text,
      parameters: new StatementParameters(prepared.parameterCount),
      cursor: undefined,
    };
    this.#statements.set(statement.id, statement);
    return statement;
  }

  get(id: number): ServerStatement | undefined {
    return this.#statements.get(id);
  }

  /** Throws 1243, naming the command that asked. */
  mustGet(id: number, command: string): ServerStatement {
    const statement = this.#statements.get(id);
    if (statement === undefined) throw sqlError("ER_UNKNOWN_STMT_HANDLER", id, command);
    return statement;
  }

  delete(id: number): void {
    this.#statements.delete(id);
  }

  clear(): void {
    this.#statements.clear();
  }
}
