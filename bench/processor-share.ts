/**
 * How much of the machine's processors other programs took: those that are neither this process and the servers it started,
 * nor a database server that it measures, nor the kernel's own threads. A latency measured while a compiler runs beside it
 * says nothing. On Linux only; elsewhere nobody is ever seen.
 */
import { readdirSync, readFileSync } from "node:fs";

/** In clock ticks since the machine started. */
interface Usage {
  readonly total: number;
  readonly others: number;
}

const DATABASE_SERVERS = ["mysqld", "mariadbd"];
const KERNEL_THREADS_PARENT = 2;

/** Starts counting. The answer gives the share of all processors, from 0 to 1, that others have taken since. */
export function watchOthers(): () => number {
  if (process.platform !== "linux") return () => 0;
  const before = readUsage();
  return () => {
    const after = readUsage();
    return Math.max(0, after.others - before.others) / Math.max(1, after.total - before.total);
  };
}

function readUsage(): Usage {
  const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n");
  // Interrupts are served on behalf of somebody, of whom is not known; a virtual machine's stolen time was somebody else's.
  const [user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0, softIrq = 0, stolen = 0] = line
    .split(/\s+/)
    .slice(1)
    .map(Number);
  const total = user + nice + system + idle + waiting + irq + softIrq + stolen;
  return { total, others: user + nice + system + stolen - readOwn() };
}

function readOwn(): number {
  let ticks = 0;
  for (const id of readdirSync("/proc")) {
    if (!/^\d+$/.test(id)) continue;
    try {
      const stat = readFileSync(`/proc/${id}/stat`, "utf8");
      const nameEnd = stat.lastIndexOf(")");
      const name = stat.slice(stat.indexOf("(") + 1, nameEnd);
      const fields = stat
        .slice(nameEnd + 2)
        .split(" ")
        .map(Number);
      const parent = fields[1] ?? 0;
      const ours =
        Number(id) === process.pid ||
        parent === process.pid ||
        parent === KERNEL_THREADS_PARENT ||
        DATABASE_SERVERS.includes(name);
      if (ours) ticks += (fields[11] ?? 0) + (fields[12] ?? 0);
    } catch {
      // It has ended meanwhile.
    }
  }
  return ticks;
}
