/**
 * The log: three levels and what each means. `error` = someone must look; `info` = the state of the server changed;
 * `debug` = the rest. There is no warning level. pino does the writing.
 */
import { pino } from "pino";

export type LogLevel = "error" | "info" | "debug";
export const LOG_LEVELS: readonly LogLevel[] = ["error", "info", "debug"];

export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  error(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to each line. */
  child(fields: LogFields): Logger;
}

/** Where log lines go: one call per line. */
export interface LogSink {
  write(line: string): void;
}

/** A logger that writes JSON lines of `level` and above to `sink` (default: standard error). */
export function createLogger(level: LogLevel, sink: LogSink = process.stderr): Logger {
  return wrap(pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, sink));
}

/** Drops everything. */
export const silentLogger: Logger = {
  error() {},
  info() {},
  debug() {},
  child: () => silentLogger,
};

function wrap(target: pino.Logger): Logger {
  return {
    error: (message, fields) => target.error(fields ?? {}, message),
    info: (message, fields) => target.info(fields ?? {}, message),
    debug: (message, fields) => target.debug(fields ?? {}, message),
    child: (fields) => wrap(target.child(fields)),
  };
}
