import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createConnection as createStreamingConnection } from "mysql2";
import mysql, { type RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as protocol from "../../src/wire/protocol.ts";
import { handshakeResponse, packet, RawClient } from "./raw-client.ts";
import { startTestServer, type TestServer } from "./test-server.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ limits: { maxAllowedPacket: 64 * 1024 * 1024 } });
  await server.createUser("sha", { password: "secret" });
  await server.createUser("native", { password: "secret", plugin: "mysql_native_password" });
  await server.createUser("open", { password: "" });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function connect(options: mysql.ConnectionOptions = {}): Promise<mysql.Connection> {
  return mysql.createConnection({ host: "127.0.0.1", port: server.port, user: "root", ...options });
}

async function rows(connection: mysql.Connection, text: string): Promise<RowDataPacket[]> {
  const [result] = await connection.query<RowDataPacket[]>(text);
  return result;
}

async function errnoOf(promise: Promise<unknown>): Promise<number | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return (error as { readonly errno?: number }).errno;
  }
}

describe("logging in", () => {
  test.each(["sha", "native"])("%s with its password gets in, in clear and over TLS", async (user) => {
    for (const ssl of [undefined, { rejectUnauthorized: false }]) {
      const connection = await connect({ user, password: "secret", ...(ssl === undefined ? {} : { ssl }) });
      const [row] = await rows(connection, "whoami");
      expect(row?.["u"]).toBe(`${user}@localhost as ${user}@% tls=${ssl === undefined ? "no" : "TLSv1.3"}`);
      await connection.end();
    }
  });

  test("a password proved once is accepted by its scramble alone, until it changes", async () => {
    await server.createUser("changing", { password: "first" });
    for (let i = 0; i < 2; i++) await (await connect({ user: "changing", password: "first" })).end();
    await server.run({
      kind: "password",
      account: { user: "changing", host: "%", currentUser: false },
      password: "second",
    });
    expect(await errnoOf(connect({ user: "changing", password: "first" }))).toBe(1045);
    await (await connect({ user: "changing", password: "second" })).end();
  });

  test.each([
    ["sha", "wrong"],
    ["sha", ""],
    ["native", "wrong"],
    ["open", "something"],
    ["nobody", "secret"],
    ["nobody", ""],
  ])("%s with password '%s' is refused with 1045", async (user, password) => {
    expect(await errnoOf(connect({ user, password }))).toBe(1045);
  });

  test("an unknown database is 1049", async () => {
    expect(await errnoOf(connect({ database: "missing" }))).toBe(1049);
  });

  test("a locked account is 3118", async () => {
    await server.createUser("locked", { password: "x" });
    await server.run({
      kind: "alter-user",
      ifClause: false,
      users: [{ account: { user: "locked", host: "%", currentUser: false } }],
      defaultRoles: [],
      options: [{ name: "account", value: "lock" }],
    });
    expect(await errnoOf(connect({ user: "locked", password: "x" }))).toBe(3118);
  });

  test("a client without plugins gets 1251 for caching_sha2_password", async () => {
    await using client = new RawClient(server.port);
    await client.receive();
    client.send(1, handshakeResponse("sha", 0x0003a28d & ~0x00000808));
    expect(await client.receiveError()).toBe(1251);
    await client.closed();
  });

  test("a response of protocol 3.20 is a bad handshake", async () => {
    await using client = new RawClient(server.port);
    await client.receive();
    client.send(1, handshakeResponse("root", 0));
    expect(await client.receiveError()).toBe(1043);
    await client.closed();
  });

  test("a TLS handshake that comes in one piece with its request works", async () => {
    // mysql2 in the same process sends both before the server reads.
    const connection = await connect({ ssl: { rejectUnauthorized: false } });
    await connection.end();
  });

  test("connections over the limit are refused with 1040", async () => {
    await using small = await startTestServer({ limits: { maxConnections: 1 } });
    const first = await mysql.createConnection({ host: "127.0.0.1", port: small.port, user: "root" });
    expect(await errnoOf(mysql.createConnection({ host: "127.0.0.1", port: small.port, user: "root" }))).toBe(
      1040,
    );
    await first.end();
  });

  test("with secure transport required, TCP without TLS is 3159", async () => {
    await using strict = await startTestServer({ requireSecureTransport: true });
    const options = { host: "127.0.0.1", port: strict.port, user: "root" };
    expect(await errnoOf(mysql.createConnection(options))).toBe(3159);
    await (await mysql.createConnection({ ...options, ssl: { rejectUnauthorized: false } })).end();
  });

  test("a client that says nothing is dropped after the connect timeout", async () => {
    await using hasty = await startTestServer({ limits: { connectTimeoutSeconds: 1 } });
    await using client = new RawClient(hasty.port);
    await client.receive();
    expect(await client.receive()).toBeUndefined();
  });
});

describe("statements", () => {
  test("every type comes back in text and binary rows alike", async () => {
    const connection = await connect({ supportBigNumbers: true, dateStrings: true });
    const [text] = await rows(connection, "types");
    const [[binary]] = await connection.execute<RowDataPacket[]>("types");
    // mysql2 prints the fraction of a binary TIME without its trailing zeros.
    expect({ ...binary, time: "-838:59:58.500" }).toEqual(text);
    expect(text).toMatchObject({
      big: "-9223372036854775808",
      big_u: "18446744073709551615",
      decimal: "-123.45",
      datetime: "2024-02-29 01:02:03.000004",
      time: "-838:59:58.500",
      text: "one'é😀",
      nothing: null,
    });
    await connection.end();
  });

  test("parameters of every kind reach the session", async () => {
    const connection = await connect();
    const values = [1, -2.5, "é", null, Buffer.of(0, 255), true, new Date(Date.UTC(2024, 1, 29, 1, 2, 3))];
    const text = `describe_parameters ${values.map(() => "?").join(" ")}`;
    const [[row]] = await connection.execute<RowDataPacket[]>(text, values);
    expect(row?.["kinds"]).toMatch(/^float:1\|float:-2.5\|string:é\|null:null\|binary:0x00ff\|/);
    await connection.end();
  });

  test("OK carries counts, the last id above 2^53, warnings and the info", async () => {
    const connection = await connect({ supportBigNumbers: true, bigNumberStrings: true });
    const [result] = await connection.query("insert");
    expect(result).toMatchObject({
      affectedRows: 3,
      insertId: "9223372036854775807",
      warningStatus: 1,
      info: "Records: 3",
    });
    await connection.end();
  });

  test("several statements and CALL give all their results", async () => {
    const connection = await connect({ multipleStatements: true });
    const [results] = await connection.query("select 1; call x; insert");
    expect(results).toMatchObject([[{ "1": 1 }], [{ n: 1 }], { affectedRows: 0 }, { affectedRows: 3 }]);
    await connection.end();
  });

  test("an error after a result ends the answer and leaves the connection usable", async () => {
    const connection = await connect({ multipleStatements: true });
    expect(await errnoOf(connection.query("select 1; fail; select 1"))).toBe(1146);
    expect(await errnoOf(connection.query("bug"))).toBe(1105);
    expect(await rows(connection, "select 1")).toEqual([{ "1": 1 }]);
    await connection.end();
  });

  test("a 20 MB statement and a 40 MB row pass", async () => {
    const connection = await connect();
    const [row] = await rows(connection, `size ${"x".repeat(20_000_000)}`);
    expect(row?.["n"]).toBe(20_000_005);
    const [wide] = await rows(connection, "wide 40000000");
    const digest = createHash("sha1").update(String(wide?.["w"])).digest("hex");
    expect(digest).toBe(createHash("sha1").update("w".repeat(40_000_000)).digest("hex"));
    await connection.end();
  });

  test("a million rows arrive complete", async () => {
    const connection = await connect();
    const all = await rows(connection, "count 1000000");
    expect(all.length).toBe(1_000_000);
    expect(all[999_999]).toEqual({ n: 999_999 });
    await connection.end();
  });

  test("a reader that stops makes the rows wait, in bounded memory", async () => {
    await using client = await RawClient.logIn(server.port);
    client.socket.pause();
    const before = server.processes.counters.bytesSent;
    client.command(protocol.COM_QUERY, "count 100000000");
    let last = -1;
    for (let sent = before; sent !== last; ) {
      last = sent;
      await new Promise((resolve) => setTimeout(resolve, 200));
      sent = server.processes.counters.bytesSent;
    }
    // What the two sockets' buffers hold, and the server's own limit.
    expect(last - before).toBeLessThan(16 * 1024 * 1024);
    const other = await connect();
    expect(await rows(other, "select 1")).toEqual([{ "1": 1 }]);
    await other.end();
  });

  test.each(["plain", "TLS"])("rows that waited for a %s reader are not written over", async (kind) => {
    const ssl = kind === "TLS" ? { ssl: { rejectUnauthorized: false } } : {};
    const streaming = createStreamingConnection({
      host: "127.0.0.1",
      port: server.port,
      user: "root",
      ...ssl,
    });
    const count = 400_000;
    let expected = 0;
    await new Promise<void>((resolve, reject) => {
      const stream = streaming.query(`count ${count}`).stream();
      stream.on("data", (row: { n: number }) => {
        if (row.n !== expected++) reject(new Error(`row ${expected - 1} is ${row.n}`));
        if (expected % 100_000 !== 1) return;
        stream.pause();
        setTimeout(() => stream.resume(), 50);
      });
      stream.on("end", resolve);
      stream.on("error", reject);
    });
    streaming.destroy();
    expect(expected).toBe(count);
    const connection = await connect(ssl);
    // Answers of a few bytes, many of them at once, each begun while the one before may still lie in the socket.
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, i) => rows(connection, `count ${i % 50}`)),
    );
    answers.forEach((answer, i) => {
      expect(answer.map((row) => row["n"])).toEqual(Array.from({ length: i % 50 }, (_, n) => n));
    });
    await connection.end();
  });

  test("commands sent in one write are answered in order", async () => {
    await using client = await RawClient.logIn(server.port);
    const query = Buffer.concat([Buffer.of(protocol.COM_QUERY), Buffer.from("insert")]);
    const ping = Buffer.of(protocol.COM_PING);
    client.socket.write(Buffer.concat([packet(0, query), packet(0, ping), packet(0, query)]));
    expect((await client.receive())?.[1]).toBe(3);
    expect((await client.receive())?.[1]).toBe(0);
    expect((await client.receive())?.[1]).toBe(3);
  });

  test("a command of two packets that comes in pieces is answered once, and then the one after it", async () => {
    await using client = await RawClient.logIn(server.port);
    const command = Buffer.alloc(0xffffff + 100, " ");
    command[0] = protocol.COM_QUERY;
    command.write("insert", 1);
    const first = packet(0, command.subarray(0, 0xffffff));
    const second = packet(1, command.subarray(0xffffff));
    const bytes = Buffer.concat([first, second, packet(0, Buffer.of(protocol.COM_PING))]);
    const cuts = [2, 5_000_000, first.length, first.length + 3, first.length + 50, bytes.length - 2];
    let from = 0;
    for (const to of [...cuts, bytes.length]) {
      client.socket.write(bytes.subarray(from, to));
      await sleep(10);
      from = to;
    }
    expect((await client.receive())?.[1]).toBe(3);
    expect((await client.receive())?.[1]).toBe(0);
    client.command(protocol.COM_PING);
    expect((await client.receive())?.[1]).toBe(0);
  });

  test("LOAD DATA LOCAL takes the file from the client", async () => {
    const connection = await connect();
    const content = Buffer.alloc(300_000, "line\n");
    const { Readable } = await import("node:stream");
    const [result] = await connection.query({
      sql: "load file.csv",
      infileStreamFactory: () => Readable.from([content.subarray(0, 100_000), content.subarray(100_000)]),
    });
    expect(result).toMatchObject({ affectedRows: 300_000, info: "loaded" });
    expect(await rows(connection, "select 1")).toEqual([{ "1": 1 }]);
    await connection.end();
  });
});

describe("prepared statements", () => {
  /** Prepares and gives the statement's id. */
  async function prepare(client: RawClient, text: string): Promise<number> {
    client.command(protocol.COM_STMT_PREPARE, text);
    const answer = await client.receive();
    const definitions = answer?.readUInt16LE(5) ?? 0;
    for (let i = 0; i < definitions + 1 && definitions > 0; i++) await client.receive();
    return answer?.readUInt32LE(1) ?? 0;
  }

  function withId(id: number, ...rest: readonly number[]): Buffer {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(id);
    return Buffer.concat([bytes, Buffer.from(rest)]);
  }

  test("a cursor hands its rows out in portions", async () => {
    await using client = await RawClient.logIn(server.port);
    const id = await prepare(client, "count 5");
    client.command(protocol.COM_STMT_EXECUTE, withId(id, 1, 1, 0, 0, 0));
    await client.receive();
    await client.receive();
    const opened = await client.receive();
    expect((opened?.readUInt16LE(3) ?? 0) & protocol.SERVER_STATUS_CURSOR_EXISTS).not.toBe(0);
    const fetch = async (count: number): Promise<readonly [number[], number]> => {
      client.command(protocol.COM_STMT_FETCH, withId(id, count, 0, 0, 0));
      const numbers: number[] = [];
      for (;;) {
        const message = await client.receive();
        if (message === undefined || message[0] === 0xfe) return [numbers, message?.readUInt16LE(3) ?? 0];
        numbers.push(message.readUInt32LE(2));
      }
    };
    const [first, firstStatus] = await fetch(3);
    expect(first).toEqual([0, 1, 2]);
    expect(firstStatus & protocol.SERVER_STATUS_LAST_ROW_SENT).toBe(0);
    const [second, secondStatus] = await fetch(3);
    expect(second).toEqual([3, 4]);
    expect(secondStatus & protocol.SERVER_STATUS_LAST_ROW_SENT).not.toBe(0);
    client.command(protocol.COM_STMT_FETCH, withId(id, 1, 0, 0, 0));
    expect(await client.receiveError()).toBe(1421);
  });

  test("an unknown or closed statement is 1243", async () => {
    await using client = await RawClient.logIn(server.port);
    const id = await prepare(client, "select 1");
    client.command(protocol.COM_STMT_CLOSE, withId(id));
    client.command(protocol.COM_STMT_EXECUTE, withId(id, 0, 1, 0, 0, 0));
    expect(await client.receiveError()).toBe(1243);
    client.command(protocol.COM_STMT_RESET, withId(77));
    expect(await client.receiveError()).toBe(1243);
  });

  test("resetting the connection forgets statements and the database", async () => {
    await using client = await RawClient.logIn(server.port);
    const id = await prepare(client, "select 1");
    client.command(protocol.COM_RESET_CONNECTION);
    expect((await client.receive())?.[0]).toBe(0);
    client.command(protocol.COM_STMT_EXECUTE, withId(id, 0, 1, 0, 0, 0));
    expect(await client.receiveError()).toBe(1243);
  });
});

describe("other commands", () => {
  test("changing the user logs in anew", async () => {
    const connection = await connect();
    for (const user of ["sha", "native", "sha"]) {
      await connection.changeUser({ user, password: "secret" });
      expect((await rows(connection, "whoami"))[0]?.["u"]).toContain(`${user}@localhost as ${user}@%`);
    }
    expect(await errnoOf(connection.changeUser({ user: "sha", password: "wrong" }))).toBe(1045);
    connection.destroy();
  });

  test("PING, STATISTICS, INIT_DB, DEBUG and SET_OPTION are answered; unknown commands are 1047", async () => {
    await using client = await RawClient.logIn(server.port);
    client.command(protocol.COM_PING);
    expect((await client.receive())?.[0]).toBe(0);
    client.command(protocol.COM_STATISTICS);
    expect((await client.receive())?.toString()).toMatch(/^Uptime: \d+ {2}Threads: \d+/);
    client.command(protocol.COM_INIT_DB, "d");
    expect((await client.receive())?.[0]).toBe(0);
    client.command(protocol.COM_INIT_DB, "missing");
    expect(await client.receiveError()).toBe(1049);
    client.command(protocol.COM_DEBUG);
    expect((await client.receive())?.[0]).toBe(0xfe);
    client.command(protocol.COM_SET_OPTION, Buffer.of(0, 0));
    expect((await client.receive())?.[0]).toBe(0xfe);
    client.command(0x7e);
    expect(await client.receiveError()).toBe(1047);
    client.command(protocol.COM_PING);
    expect((await client.receive())?.[0]).toBe(0);
  });

  test("FIELD_LIST describes the columns, each with a default", async () => {
    await using client = await RawClient.logIn(server.port);
    client.command(protocol.COM_FIELD_LIST, "t\0%");
    const first = await client.receive();
    expect(first?.at(-1)).toBe(0xfb);
    await client.receive();
    expect((await client.receive())?.[0]).toBe(0xfe);
  });
});

describe("killing", () => {
  test("KILL of a connection ends its statement with 1317 and closes it", async () => {
    const victim = await connect();
    const waiting = errnoOf(victim.query("wait"));
    const process = await busyProcess(victim.threadId);
    expect(process).toMatchObject({ user: "root", host: "localhost", command: "Query", info: "wait" });
    await using killer = await RawClient.logIn(server.port);
    killer.command(protocol.COM_PROCESS_KILL, idBytes(victim.threadId));
    expect((await killer.receive())?.[0]).toBe(0);
    expect(await waiting).toBe(1317);
    expect(await errnoOf(victim.query("select 1"))).not.toBe(0);
    victim.destroy();
  });

  test("killing a query leaves its connection alive", async () => {
    const victim = await connect();
    const waiting = errnoOf(victim.query("wait"));
    await busyProcess(victim.threadId);
    server.processes.kill(victim.threadId, "query", { user: "root", mayKillOthers: false });
    expect(await waiting).toBe(1317);
    expect(await rows(victim, "select 1")).toEqual([{ "1": 1 }]);
    await victim.end();
  });

  test("an unknown id is 1094, another user's connection 1095", async () => {
    const victim = await connect();
    await using killer = await RawClient.logIn(server.port, "open");
    killer.command(protocol.COM_PROCESS_KILL, idBytes(1_000_000));
    expect(await killer.receiveError()).toBe(1094);
    killer.command(protocol.COM_PROCESS_KILL, idBytes(victim.threadId));
    expect(await killer.receiveError()).toBe(1095);
    await victim.end();
  });

  test("a client that leaves ends its statement", async () => {
    const leaving = await RawClient.logIn(server.port);
    leaving.command(protocol.COM_QUERY, "wait");
    await until(() => server.processes.list().some(({ info }) => info === "wait"));
    leaving.socket.destroy();
    await until(() => !server.processes.list().some(({ info }) => info === "wait"));
  });

  test("a connection idle for longer than wait_timeout is told 4031 and closed", async () => {
    await using impatient = await startTestServer({ limits: { waitTimeoutSeconds: 1 } });
    await using client = await RawClient.logIn(impatient.port);
    expect(await client.receiveError()).toBe(4031);
    await client.closed();
  });

  function idBytes(id: number): Buffer {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(id);
    return bytes;
  }

  async function busyProcess(id: number): Promise<unknown> {
    await until(() => server.processes.get(id)?.state === "executing");
    const { user, host, command, info } = server.processes.get(id) ?? {};
    return { user, host, command, info };
  }
});

describe("clients that break the protocol", () => {
  const cases: readonly (readonly [string, Buffer, number])[] = [
    ["a packet out of sequence", packet(5, Buffer.of(protocol.COM_PING)), 1156],
    ["an empty command", packet(0, Buffer.alloc(0)), 1835],
    ["an execution cut short", packet(0, Buffer.of(protocol.COM_STMT_EXECUTE, 1)), 1835],
    ["a length beyond the packet", packet(0, Buffer.of(protocol.COM_CHANGE_USER, 0x61, 0, 200)), 1835],
  ];

  test.each(cases)("%s ends that connection and no other", async (_name, bytes, errno) => {
    const other = await connect();
    await using client = await RawClient.logIn(server.port);
    client.socket.write(bytes);
    expect(await client.receiveError()).toBe(errno);
    await client.closed();
    expect(await rows(other, "select 1")).toEqual([{ "1": 1 }]);
    await other.end();
  });

  test("a packet over max_allowed_packet is 1153, though the client still sends", async () => {
    await using narrow = await startTestServer({ limits: { maxAllowedPacket: 100_000 } });
    await using client = await RawClient.logIn(narrow.port);
    client.command(protocol.COM_QUERY, "x".repeat(5_000_000));
    expect(await client.receiveError()).toBe(1153);
    await client.closed();
  });

  test("random bytes never stop the server", async () => {
    for (let seed = 1; seed <= 30; seed++) {
      await using client = seed % 2 === 0 ? await RawClient.logIn(server.port) : new RawClient(server.port);
      const bytes = Buffer.alloc(200);
      for (let i = 0; i < bytes.length; i++) bytes[i] = (seed * 2654435761 * (i + 1)) >>> 13;
      client.socket.end(seed % 3 === 0 ? packet(0, bytes) : bytes);
      client.socket.resume();
      await client.closed();
    }
    const connection = await connect();
    expect(await rows(connection, "select 1")).toEqual([{ "1": 1 }]);
    await connection.end();
  });
});

describe("stopping", () => {
  test("lets running statements end within the grace time, and tells idle clients 1053", async () => {
    await using stopping = await startTestServer();
    await using idle = await RawClient.logIn(stopping.port);
    const busy = await mysql.createConnection({ host: "127.0.0.1", port: stopping.port, user: "root" });
    const answer = busy.query("pause 300");
    await until(() => stopping.processes.list().some(({ state }) => state === "executing"));
    const closing = stopping.close(20_000);
    expect(await idle.receiveError()).toBe(1053);
    expect((await answer)[0]).toMatchObject({ info: "paused" });
    await closing;
    expect(stopping.processes.count).toBe(0);
  });

  test("interrupts what does not end", async () => {
    await using stopping = await startTestServer();
    const busy = await mysql.createConnection({ host: "127.0.0.1", port: stopping.port, user: "root" });
    const answer = errnoOf(busy.query("wait"));
    await until(() => stopping.processes.list().some(({ state }) => state === "executing"));
    await stopping.close(50);
    expect(await answer).toBe(1317);
  });
});

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("the condition never held");
}
