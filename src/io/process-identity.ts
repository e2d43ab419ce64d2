/**
 * Who a process is, beyond its number: numbers are reused after a death or a reboot, so an identity also has the
 * process's start time, the machine's boot, the process namespace (containers each count from 1) and the host name.
 * Where the system does not tell (no /proc) those parts are "0" and only the process number speaks.
 */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { crc32 } from "../bytes/crc32.ts";

export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
  readonly boot: string;
  readonly namespace: string;
  readonly host: string;
}

/** `unknown`: a process of another machine or container, which cannot be asked. */
export type Liveness = "alive" | "dead" | "unknown";

export function ownIdentity(): ProcessIdentity {
  return {
    pid: process.pid,
    startTime: readStartTime(process.pid) ?? "0",
    boot: readBoot(),
    namespace: readNamespace(),
    host: crc32(Buffer.from(hostname())).toString(16),
  };
}

/** A form without dots and slashes, for file names. */
export function identityToText(identity: ProcessIdentity): string {
  return [identity.pid, identity.startTime, identity.boot, identity.namespace, identity.host].join("-");
}

/** `undefined` when `text` is not {@link identityToText}'s form. */
export function identityFromText(text: string): ProcessIdentity | undefined {
  const match = /^(\d+)-(\d+)-([0-9a-f]+)-(\d+)-([0-9a-f]+)$/.exec(text);
  if (match === null) return undefined;
  const [, pid = "", startTime = "", boot = "", namespace = "", host = ""] = match;
  return { pid: Number(pid), startTime, boot, namespace, host };
}

export function livenessOf(other: ProcessIdentity): Liveness {
  const own = ownIdentity();
  if (other.host === own.host && other.boot !== own.boot) return "dead"; // This machine was started again since.
  if (other.host !== own.host || other.namespace !== own.namespace) return "unknown";
  if (!processExists(other.pid)) return "dead";
  const startTime = readStartTime(other.pid);
  return startTime === undefined || startTime === other.startTime ? "alive" : "dead";
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there but not ours.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Field 22 of /proc/PID/stat; a zombie (killed, not yet collected by its parent) has none: it holds nothing any more. */
function readStartTime(pid: number): string | undefined {
  const text = readText(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The second field is the program's name in parentheses and may hold anything.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? "zombie" : fields[19];
}

function readBoot(): string {
  const text = readText("/proc/sys/kernel/random/boot_id");
  return text === undefined ? "0" : text.trim().replaceAll("-", "");
}

function readNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid").replaceAll(/\D/g, "") || "0";
  } catch {
    return "0"; // No /proc: then there are no containers to tell apart either.
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // The process has gone, or the system has no /proc; the callers say what that means.
  }
}
