/**
 * The server's configuration: config.yaml, overridden by the command line. Unknown keys are refused, so that a misspelt
 * setting does not pass silently; `${NAME}` in a text is replaced by that environment variable.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { LogLevel } from "../base/logger.ts";
import type { TlsFiles } from "./server-keys.ts";

class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

export interface Configuration {
  /** `localhost` listens on both loopback addresses, `0.0.0.0` or `::` on all. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** path of a Unix socket; none by default */
  readonly socket?: string | undefined;
  readonly log_level?: LogLevel | undefined;
  /** folder of further procedures */
  readonly procedures?: string | undefined;
  readonly require_secure_transport?: boolean | undefined;
  /** `false` turns TLS off; a section names the administrator's own files; else a certificate is made. */
  readonly tls?: boolean | TlsFiles | undefined;
  readonly limits?: ConfiguredLimits | undefined;
  /** Budgets in bytes. */
  readonly cache?: { readonly nodes?: number | undefined; readonly chunks?: number | undefined } | undefined;
  /** Threads for checkpoints, collections and checks. */
  readonly background?: { readonly threads?: number | undefined } | undefined;
}

/** Seconds and bytes, named as MySQL's variables are. */
interface ConfiguredLimits {
  readonly max_connections?: number | undefined;
  readonly connect_timeout?: number | undefined;
  readonly wait_timeout?: number | undefined;
  readonly net_write_timeout?: number | undefined;
  readonly max_allowed_packet?: number | undefined;
}

const seconds = z.int().min(1);

const CONFIGURATION: z.ZodType<Configuration> = z.strictObject({
  host: z.string().min(1).optional(),
  port: z.int().min(0).max(65_535).optional(),
  socket: z.string().min(1).optional(),
  log_level: z.enum(["error", "info", "debug"]).optional(),
  procedures: z.string().min(1).optional(),
  require_secure_transport: z.boolean().optional(),
  tls: z
    .union([
      z.boolean(),
      z.strictObject({
        certificate: z.string().min(1),
        key: z.string().min(1),
        authority: z.string().min(1).optional(),
      }),
    ])
    .optional(),
  limits: z
    .strictObject({
      max_connections: z.int().min(1).max(100_000).optional(),
      connect_timeout: seconds.optional(),
      wait_timeout: seconds.optional(),
      net_write_timeout: seconds.optional(),
      max_allowed_packet: z
        .int()
        .min(1024)
        .max(1024 ** 3)
        .optional(),
    })
    .optional(),
  cache: z.strictObject({ nodes: z.int().min(0).optional(), chunks: z.int().min(0).optional() }).optional(),
  background: z.strictObject({ threads: z.int().min(0).max(16).optional() }).optional(),
});

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** Reads a configuration file. ConfigurationError names the file and everything that is wrong in it. */
export function readConfiguration(
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
): Configuration {
  let parsed: unknown;
  try {
    parsed = parse(readFileSync(path, "utf8")) ?? {};
  } catch (error) {
    throw new ConfigurationError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const result = CONFIGURATION.safeParse(interpolate(parsed, environment, path));
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    (issue) => `  ${issue.path.join(".") || "(top)"}: ${issue.message}`,
  );
  throw new ConfigurationError(`${path}:\n${problems.join("\n")}`);
}

/** `config.yaml` of the data folder, when it is there. */
export function readDefaultConfiguration(
  dataFolder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Configuration {
  const path = join(dataFolder, "config.yaml");
  return existsSync(path) ? readConfiguration(path, environment) : {};
}

function interpolate(
  value: unknown,
  environment: Readonly<Record<string, string | undefined>>,
  path: string,
): unknown {
  if (typeof value === "string") {
    return value.replace(VARIABLE, (_all, name: string) => {
      const replacement = environment[name];
      if (replacement === undefined) throw new ConfigurationError(`${path}: \${${name}} is not set`);
      return replacement;
    });
  }
  if (Array.isArray(value)) return value.map((each) => interpolate(each, environment, path));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, interpolate(each, environment, path)]),
  );
}
