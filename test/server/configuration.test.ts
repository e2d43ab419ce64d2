import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readConfiguration, readDefaultConfiguration } from "../../src/server/configuration.ts";
import { readEndpoint, removeEndpoint, writeEndpoint } from "../../src/server/endpoint.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cairn-configuration-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function read(text: string, environment: Record<string, string> = {}): unknown {
  const path = join(folder, "config.yaml");
  writeFileSync(path, text);
  return readConfiguration(path, environment);
}

describe("readConfiguration", () => {
  test("takes all settings, and variables of the environment in texts", () => {
    const text = [
      "host: 0.0.0.0",
      "port: 3307",
      "socket: ${" + "RUN_DIR}/cairn.sock",
      "tls: { certificate: c.pem, key: k.pem }",
      "limits: { max_connections: 10, wait_timeout: 60 }",
      "cache: { nodes: 1000000, chunks: 0 }",
    ].join("\n");
    expect(read(text, { RUN_DIR: "/run/cairn" })).toEqual({
      host: "0.0.0.0",
      port: 3307,
      socket: "/run/cairn/cairn.sock",
      tls: { certificate: "c.pem", key: "k.pem" },
      limits: { max_connections: 10, wait_timeout: 60 },
      cache: { nodes: 1_000_000, chunks: 0 },
    });
    expect(read("")).toEqual({});
    expect(readDefaultConfiguration(join(folder, "nowhere"), {})).toEqual({});
  });

  test("names every mistake: unknown keys, wrong values, missing variables, bad YAML", () => {
    expect(() => read("prot: 1\nport: 70000\nlimits: { max_conections: 1 }")).toThrow(
      /config\.yaml:[\s\S]*prot[\s\S]*port[\s\S]*|config\.yaml:[\s\S]*port/,
    );
    expect(() => read("limits: { max_conections: 1 }")).toThrow("max_conections");
    expect(() => read("socket: ${" + "NOT_SET}")).toThrow("${" + "NOT_SET} is not set");
    expect(() => read("a: [")).toThrow("config.yaml");
  });
});

describe("readEndpoint", () => {
  test("gives what a running server wrote, and nothing once it is gone", () => {
    expect(readEndpoint(folder)).toBeUndefined();
    writeEndpoint(folder, { host: "127.0.0.1", port: 3306 });
    expect(readEndpoint(folder)).toEqual({ host: "127.0.0.1", port: 3306, socket: undefined });
    removeEndpoint(folder);
    expect(readEndpoint(folder)).toBeUndefined();
  });

  test("does not believe a file that is damaged or whose process is dead", () => {
    writeFileSync(join(folder, ".server.json"), '{"process":');
    expect(readEndpoint(folder)).toBeUndefined();
    writeEndpoint(folder, { host: "127.0.0.1", port: 3306 });
    writeFileSync(join(folder, ".server.json"), '{"process":"999999999 x y","host":"h","port":1}');
    expect(readEndpoint(folder)).toBeUndefined();
  });
});
