/**
 * The tour: one story told in statements, run against a server of its own in a temporary folder, printed as the mysql
 * client prints them. Every result is the real one. Nothing is left behind.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import type { Connection } from "mysql2/promise";
import { packageFile } from "../base/package-file.ts";
import { DatabaseClient } from "./database-client.ts";
import { runScript } from "./shell/shell.ts";
import { type RunnerOptions, runStatement, toByteText } from "./shell/statement-runner.ts";

const SAKILA = "test/data/sakila/sakila-tables.sql.gz";

interface Chapter {
  readonly about: string;
  readonly statements: readonly string[];
}

/** Plays it; `write` gets what a terminal shows. */
export async function playTour(write: (text: string) => void): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "cairn-tour-"));
  try {
    const target = { dataDir: path.join(folder, "data"), database: undefined };
    const client = await DatabaseClient.open(target, { user: "root", password: "" });
    try {
      const connection = await client.openForBytes();
      try {
        await tell(connection, folder, write);
      } finally {
        await connection.end();
      }
    } finally {
      await client.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function tell(connection: Connection, folder: string, write: (text: string) => void): Promise<void> {
  const runner: RunnerOptions = { format: "table", chatty: true, write, byteText: true };
  const say = (about: string): void => write(`-- ${about.replaceAll("\n", "\n-- ")}\n`);
  const run = async (statement: string): Promise<void> => {
    write(`mysql> ${statement.replaceAll("\n", "\n    -> ")};\n`);
    await runStatement(connection, toByteText(statement), runner);
  };

  say("The Sakila sample database: 16 tables, loaded from a file that mysqldump wrote.");
  await run("CREATE DATABASE sakila");
  await run("USE sakila");
  write("mysql> SOURCE sakila-tables.sql;\n");
  const dump = gunzipSync(readFileSync(packageFile(SAKILA))).toString("latin1");
  await runScript(connection, dump.split("\n"), { ...runner, chatty: false, write: () => {} });
  write("Query OK\n\n");
  for (const { about, statements } of chapters(folder)) {
    say(about);
    for (const statement of statements) await run(statement);
  }
}

function chapters(folder: string): readonly Chapter[] {
  const remote = `file://${folder}/remote`;
  const backup = `file://${folder}/nightly`;
  return [
    {
      about: "Commit it, and push it to a remote: a folder here, which anybody may clone.",
      statements: [
        "SELECT count(*) AS films FROM film",
        "CALL dolt_commit('-Am', 'sakila')",
        `CALL dolt_remote('add', 'origin', '${remote}')`,
        "CALL dolt_push('origin', 'main')",
      ],
    },
    {
      about: "A branch is a writable copy that takes no time and no space.",
      statements: [
        "CALL dolt_checkout('-b', 'summer-sale')",
        "UPDATE film SET rental_rate = 0.49 WHERE rating = 'G'",
        "CALL dolt_commit('-am', 'Summer sale: G films for 0.49')",
        "SELECT rental_rate FROM film WHERE film_id = 2",
        "SELECT rental_rate FROM film AS OF 'main' WHERE film_id = 2",
        "CALL dolt_checkout('main')",
        "SELECT name, latest_commit_message FROM dolt_branches",
      ],
    },
    {
      about: "Work in progress: one change not staged, and a new table that is.",
      statements: [
        "UPDATE actor SET last_name = 'GUINESS-SMITH' WHERE actor_id = 1",
        "CREATE TABLE award (id INT PRIMARY KEY, name VARCHAR(40))",
        "INSERT INTO award VALUES (1, 'Best film')",
        "CALL dolt_add('award')",
        "SELECT * FROM dolt_status",
      ],
    },
    {
      about:
        "A backup holds all of it: branches, history, work in progress. The next sync sends what changed.",
      statements: [
        `CALL dolt_backup('add', 'nightly', '${backup}')`,
        "CALL dolt_backup('sync', 'nightly')",
        "SHOW WARNINGS",
        "UPDATE actor SET last_name = 'GUINESS-JONES' WHERE actor_id = 1",
        "CALL dolt_backup('sync', 'nightly')",
        "SHOW WARNINGS",
      ],
    },
    {
      about: "The accident.",
      statements: ["DROP DATABASE sakila"],
    },
    {
      about: "And everything back, as it was.",
      statements: [
        `CALL dolt_backup('restore', '${backup}', 'sakila2')`,
        "USE sakila2",
        "SELECT * FROM dolt_status",
        "SELECT name, latest_commit_message FROM dolt_branches",
        "SELECT committer, message FROM dolt_log",
        "SELECT first_name, last_name FROM actor WHERE actor_id = 1",
        "SELECT * FROM award",
      ],
    },
  ];
}
