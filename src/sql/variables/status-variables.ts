/** Status variables: counters that the server really keeps. */
import type { VirtualContext } from "../virtual-context.ts";

/** `[name, value]`, sorted by name, for SHOW STATUS. */
export function statusVariables(context: VirtualContext): readonly (readonly [string, string])[] {
  const { processList } = context;
  const values: [string, string | number][] = [
    ["Ssl_cipher", String(context.tlsCipher ?? "")],
    ["Ssl_version", String(context.tlsVersion ?? "")],
  ];
  if (processList !== undefined) {
    const { counters } = processList;
    const uptime = Math.max(0, Math.floor((context.nowMicros / 1000 - counters.startedAtMs) / 1000));
    const running = processList.list().filter((process) => process.command !== "Sleep").length;
    const memory = process.memoryUsage();
    values.push(
      ["Cairn_memory_buffers", memory.arrayBuffers],
      ["Cairn_memory_heap", memory.heapTotal],
      ["Cairn_memory_heap_used", memory.heapUsed],
      ["Cairn_memory_resident", memory.rss],
      ["Aborted_clients", counters.abortedClients],
      ["Aborted_connects", counters.abortedConnects],
      ["Bytes_received", counters.bytesReceived],
      ["Bytes_sent", counters.bytesSent],
      ["Connections", counters.connections],
      ["Max_used_connections", counters.maxUsedConnections],
      ["Queries", counters.questions],
      ["Questions", counters.questions],
      ["Slow_queries", counters.slowQueries],
      ["Threads_connected", processList.count],
      ["Threads_created", counters.connections],
      ["Threads_running", running],
      ["Uptime", uptime],
      ["Uptime_since_flush_status", uptime],
    );
  }
  return values
    .map(([name, value]): readonly [string, string] => [name, String(value)])
    .sort(([left], [right]) => (left < right ? -1 : 1));
}
