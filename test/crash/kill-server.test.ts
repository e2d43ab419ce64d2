/**
 * kill -9 at random moments under eight writing clients. Each transaction moves money between two accounts and writes a
 * sequence number of its client. After each restart: the sum of all balances never changed, every acknowledged sequence
 * number is there, and at most one unacknowledged per client. `CAIRN_CRASH_ROUNDS` sets the rounds (`npm run
 * test:crash`: 200), `CAIRN_SEED` the random choices.
 */
import type { Connection, RowDataPacket } from "mysql2/promise";
import { expect, test } from "vitest";
import { BuiltServer } from "../support/built-server.ts";

const ROUNDS = Number(process.env["CAIRN_CRASH_ROUNDS"] ?? 6);
const SEED = Number(process.env["CAIRN_SEED"] ?? Date.now() % 1_000_000);
const CLIENTS = 8;
const ACCOUNTS = 50;
const BALANCE = 1000;

/** Mulberry32: small, seeded. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Deadlocks and lock waits are legal answers: the transaction is rolled back and tried again. */
function mayRetry(error: unknown): boolean {
  return (
    typeof error === "object" &&
    error !== null &&
    "errno" in error &&
    (error.errno === 1213 || error.errno === 1205)
  );
}

function connectionLost(error: unknown): boolean {
  return typeof error === "object" && error !== null && "fatal" in error && error.fatal === true;
}

async function transfer(
  connection: Connection,
  client: number,
  sequence: number,
  random: () => number,
): Promise<void> {
  const from = Math.floor(random() * ACCOUNTS);
  const to = (from + 1 + Math.floor(random() * (ACCOUNTS - 1))) % ACCOUNTS;
  await connection.query("BEGIN");
  await connection.query("UPDATE account SET balance = balance - 1 WHERE id = ?", [from]);
  await connection.query("UPDATE account SET balance = balance + 1 WHERE id = ?", [to]);
  await connection.query("INSERT INTO ledger VALUES (?, ?, ?)", [client, sequence, `${from} to ${to}`]);
  await connection.query("COMMIT");
}

/** Or until `work` has come to an end. */
async function untilAllBegan(acknowledged: readonly number[], work: Promise<unknown>): Promise<void> {
  let over = false;
  void work.then(() => {
    over = true;
  });
  while (!over && Math.min(...acknowledged) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
}

test(`keeps every acknowledged transaction over ${ROUNDS} kills (seed ${SEED})`, {
  timeout: 60_000 + ROUNDS * 10_000,
}, async () => {
  const random = seededRandom(SEED);
  await using server = await BuiltServer.start();
  const setup = await server.connect();
  await setup.query("CREATE DATABASE bank");
  await setup.query("USE bank");
  await setup.query("CREATE TABLE account (id INT PRIMARY KEY, balance INT NOT NULL, KEY (balance))");
  await setup.query(
    "CREATE TABLE ledger (client INT, sequence INT, note VARCHAR(40), PRIMARY KEY (client, sequence), KEY (note))",
  );
  await setup.query(
    `INSERT INTO account VALUES ${Array.from({ length: ACCOUNTS }, (_, id) => `(${id}, ${BALANCE})`).join(",")}`,
  );
  await setup.end();

  const acknowledged = new Array<number>(CLIENTS).fill(0);
  for (let round = 0; round < ROUNDS; round++) {
    const clients = acknowledged.map(async (_, client) => {
      const connection = await server.connect("bank");
      connection.on("error", () => undefined);
      const [[last]] = await connection.query<RowDataPacket[]>(
        "SELECT MAX(sequence) AS last FROM ledger WHERE client = ?",
        [client],
      );
      let sequence = Number(last?.["last"] ?? 0);
      // What was seen is as good as acknowledged: its commit may have been cut off before the answer.
      acknowledged[client] = sequence;
      for (;;) {
        try {
          await transfer(connection, client, sequence + 1, random);
          sequence += 1;
          acknowledged[client] = sequence;
        } catch (error) {
          if (connectionLost(error)) return;
          if (!mayRetry(error)) throw error;
          await connection.query("ROLLBACK");
        }
      }
    });
    const work = Promise.allSettled(clients);
    // On a busy machine a client may be slow to begin: the first round goes on until each has been answered.
    if (round === 0) await untilAllBegan(acknowledged, work);
    await new Promise((resolve) => setTimeout(resolve, 100 + random() * 400));
    await server.end("SIGKILL");
    for (const outcome of await work) {
      if (outcome.status === "rejected" && !connectionLost(outcome.reason)) throw outcome.reason;
    }
    await server.start();
    await check(server, acknowledged);
  }
  expect(Math.min(...acknowledged)).toBeGreaterThan(0);
  const connection = await server.connect("bank");
  const [problems] = await connection.query<RowDataPacket[][]>("CALL dolt_fsck()");
  expect(problems[0]).toEqual([]);
  await connection.end();
});

async function check(server: BuiltServer, acknowledged: readonly number[]): Promise<void> {
  const connection = await server.connect("bank");
  const [[sum]] = await connection.query<RowDataPacket[]>(
    "SELECT SUM(balance) AS total, COUNT(*) AS accounts FROM account",
  );
  expect({ total: Number(sum?.["total"]), accounts: Number(sum?.["accounts"]) }).toEqual({
    total: ACCOUNTS * BALANCE,
    accounts: ACCOUNTS,
  });
  const [rows] = await connection.query<RowDataPacket[]>(
    "SELECT client, COUNT(*) AS written, MAX(sequence) AS last FROM ledger GROUP BY client ORDER BY client",
  );
  for (const row of rows) {
    const promised = acknowledged[Number(row["client"])] ?? 0;
    expect(Number(row["written"])).toBe(Number(row["last"]));
    expect(Number(row["last"])).toBeGreaterThanOrEqual(promised);
    expect(Number(row["last"])).toBeLessThanOrEqual(promised + 1);
  }
  for (const [client, promised] of acknowledged.entries()) {
    if (promised > 0) expect(rows.some((row) => Number(row["client"]) === client)).toBe(true);
  }
  await connection.end();
}
