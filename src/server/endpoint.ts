/**
 * Where the server that has a data folder open can be reached: a small file in it, so that commands on the folder talk to
 * that server instead of opening the folder themselves. A file whose process is gone counts as not there.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { identityFromText, identityToText, livenessOf, ownIdentity } from "../io/process-identity.ts";

const FILE_NAME = ".server.json";

const ENDPOINT = z.strictObject({
  process: z.string(),
  host: z.string(),
  port: z.number().int(),
  socket: z.string().optional(),
});

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly socket?: string | undefined;
}

/** Undefined when no server has the folder open. */
export function readEndpoint(dataFolder: string): Endpoint | undefined {
  const path = join(dataFolder, FILE_NAME);
  if (!existsSync(path)) return undefined;
  const parsed = ENDPOINT.safeParse(parseJson(readFileSync(path, "utf8")));
  if (!parsed.success) return undefined;
  const owner = identityFromText(parsed.data.process);
  if (owner === undefined || livenessOf(owner) === "dead") return undefined;
  return { host: parsed.data.host, port: parsed.data.port, socket: parsed.data.socket };
}

/** The caller holds the lock of the folder. */
export function writeEndpoint(dataFolder: string, endpoint: Endpoint): void {
  const text = JSON.stringify({ process: identityToText(ownIdentity()), ...endpoint });
  writeFileSync(join(dataFolder, FILE_NAME), text);
}

export function removeEndpoint(dataFolder: string): void {
  rmSync(join(dataFolder, FILE_NAME), { force: true });
}

/** A file cut short by a crash is no endpoint. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
