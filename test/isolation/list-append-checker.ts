/**
 * Finds anomalies in a history of list-append transactions. All appended values differ, so the longest list read of a
 * key is the order of its appends, and every read shows a prefix of it. From that follow the edges between committed
 * transactions: ww (the next append after mine), wr (read my append), rw (appended after what I read). Kinds, after
 * Adya and Elle:
 *
 *   internal       a transaction does not see what it has itself read or appended before
 *   incompatible   two reads of a key are not prefixes of one list, or a value is there twice
 *   lost           a committed append that the final read does not show
 *   G1a            a read of what was rolled back
 *   G1b            a read of a state between two appends of one transaction
 *   G0             a cycle of ww
 *   G1c            a cycle of ww and wr
 *   G-single       a cycle with exactly one rw
 *   G2             a cycle with several rw
 */
export type Operation =
  | { readonly kind: "append"; readonly key: number; readonly value: number }
  | { readonly kind: "read"; readonly key: number; readonly list: readonly number[] };

export interface HistoryTransaction {
  readonly operations: readonly Operation[];
  readonly committed: boolean;
}

export interface Anomaly {
  readonly kind: "internal" | "incompatible" | "lost" | "G1a" | "G1b" | "G0" | "G1c" | "G-single" | "G2";
  readonly detail: string;
}

interface Append {
  readonly transaction: number;
  readonly key: number;
  /** Its place among the transaction's appends to the key, and whether it is the last of them. */
  readonly last: boolean;
}

type EdgeKind = "ww" | "wr" | "rw";
/** From → to → kinds. */
type Graph = Map<number, Map<number, Set<EdgeKind>>>;

/** How reads of a transaction show its own appends: in their place in the list, or after the snapshot's part of it. */
export type OwnAppends = "in place" | "after the snapshot";

/** The last transaction must have read every key after all others were done. */
export function findAnomalies(given: readonly HistoryTransaction[], own: OwnAppends): Anomaly[] {
  const anomalies: Anomaly[] = [];
  for (const [at, transaction] of given.entries()) checkInternal(at, transaction, anomalies);
  const history = own === "in place" ? given : given.map(withoutOwnAppends);
  const appends = collectAppends(history);
  const orders = collectOrders(history, anomalies);
  const graph: Graph = new Map();
  checkFinal(history, orders, anomalies);
  for (const [at, transaction] of history.entries()) {
    if (!transaction.committed) continue;
    for (const operation of transaction.operations) {
      if (operation.kind === "read") readEdges({ at, operation, history, appends, orders, graph, anomalies });
    }
  }
  for (const order of orders.values()) {
    for (let i = 1; i < order.length; i++) {
      const [from, to] = [appends.get(order[i - 1] as number), appends.get(order[i] as number)];
      if (from !== undefined && to !== undefined) addEdge(graph, from.transaction, to.transaction, "ww");
    }
  }
  return [...anomalies, ...findCycles(graph)];
}

/** A snapshot with a transaction's own rows on top says about others only what the snapshot says. */
function withoutOwnAppends({ operations, committed }: HistoryTransaction): HistoryTransaction {
  const own = new Set(
    operations.flatMap((operation) => (operation.kind === "append" ? [operation.value] : [])),
  );
  const seen = operations.map((operation) =>
    operation.kind === "append"
      ? operation
      : { ...operation, list: operation.list.filter((value) => !own.has(value)) },
  );
  return { operations: seen, committed };
}

function collectAppends(history: readonly HistoryTransaction[]): Map<number, Append> {
  const appends = new Map<number, Append>();
  for (const [transaction, { operations }] of history.entries()) {
    for (const [at, operation] of operations.entries()) {
      if (operation.kind !== "append") continue;
      const later = operations.slice(at + 1);
      const last = !later.some((other) => other.kind === "append" && other.key === operation.key);
      appends.set(operation.value, { transaction, key: operation.key, last });
    }
  }
  return appends;
}

/** The longest list of each key; all committed reads must be prefixes of it. */
function collectOrders(
  history: readonly HistoryTransaction[],
  anomalies: Anomaly[],
): Map<number, readonly number[]> {
  const orders = new Map<number, readonly number[]>();
  for (const { operations, committed } of history) {
    if (!committed) continue;
    for (const { list, key } of operations.filter((operation) => operation.kind === "read")) {
      const known = orders.get(key) ?? [];
      const [shorter, longer] = list.length > known.length ? [known, list] : [list, known];
      if (shorter.some((value, at) => value !== longer[at]) || new Set(list).size !== list.length) {
        anomalies.push({ kind: "incompatible", detail: `key ${key}: ${shorter} and ${longer}` });
      }
      orders.set(key, longer);
    }
  }
  return orders;
}

function checkFinal(
  history: readonly HistoryTransaction[],
  orders: ReadonlyMap<number, readonly number[]>,
  anomalies: Anomaly[],
): void {
  for (const { operations, committed } of history) {
    for (const operation of operations) {
      if (operation.kind !== "append") continue;
      const there = orders.get(operation.key)?.includes(operation.value) === true;
      if (committed && !there)
        anomalies.push({ kind: "lost", detail: `key ${operation.key}: ${operation.value}` });
    }
  }
}

/** Within a transaction: what it appended stays at the end of what it reads later. */
function checkInternal(at: number, { operations }: HistoryTransaction, anomalies: Anomaly[]): void {
  const appended = new Map<number, number[]>();
  for (const operation of operations) {
    const own = appended.get(operation.key) ?? [];
    if (operation.kind === "append") appended.set(operation.key, [...own, operation.value]);
    else if (own.some((value, place) => operation.list.at(place - own.length) !== value)) {
      const detail = `transaction ${at} appended ${own} to ${operation.key} and read ${operation.list}`;
      anomalies.push({ kind: "internal", detail });
    }
  }
}

interface ReadContext {
  readonly at: number;
  readonly operation: Operation & { readonly kind: "read" };
  readonly history: readonly HistoryTransaction[];
  readonly appends: ReadonlyMap<number, Append>;
  readonly orders: ReadonlyMap<number, readonly number[]>;
  readonly graph: Graph;
  readonly anomalies: Anomaly[];
}

function readEdges({ at, operation, history, appends, orders, graph, anomalies }: ReadContext): void {
  const { key, list } = operation;
  for (const value of list) {
    const append = appends.get(value);
    if (append === undefined || append.key !== key) {
      anomalies.push({
        kind: "incompatible",
        detail: `key ${key} shows ${value}, which nobody appended to it`,
      });
    } else if (history[append.transaction]?.committed !== true) {
      anomalies.push({ kind: "G1a", detail: `transaction ${at} read ${value} of ${append.transaction}` });
    }
  }
  const newest = appends.get(list.at(-1) ?? -1);
  if (newest !== undefined && newest.transaction !== at) {
    if (!newest.last) anomalies.push({ kind: "G1b", detail: `transaction ${at} read ${list} of key ${key}` });
    addEdge(graph, newest.transaction, at, "wr");
  }
  const next = appends.get(orders.get(key)?.[list.length] ?? -1);
  if (next !== undefined) addEdge(graph, at, next.transaction, "rw");
}

function addEdge(graph: Graph, from: number, to: number, kind: EdgeKind): void {
  if (from === to) return;
  let targets = graph.get(from);
  if (targets === undefined) {
    targets = new Map();
    graph.set(from, targets);
  }
  const kinds = targets.get(to);
  if (kinds === undefined) targets.set(to, new Set([kind]));
  else kinds.add(kind);
}

/** One cycle of each kind per strongly connected part is enough to tell. */
function findCycles(graph: Graph): Anomaly[] {
  const found: Anomaly[] = [];
  const writes = cycleWith(graph, ["ww"], undefined);
  if (writes !== undefined) found.push({ kind: "G0", detail: writes });
  const reads = cycleWith(graph, ["ww", "wr"], undefined);
  if (reads !== undefined) found.push({ kind: "G1c", detail: reads });
  const single = cycleWith(graph, ["ww", "wr"], "rw");
  if (single !== undefined) found.push({ kind: "G-single", detail: single });
  if (single === undefined && reads === undefined) {
    const several = cycleWith(graph, ["ww", "wr", "rw"], undefined);
    if (several !== undefined) found.push({ kind: "G2", detail: several });
  }
  return found;
}

/** A cycle over edges of `kinds`, with one edge of kind `start` first when that is given. */
function cycleWith(
  graph: Graph,
  kinds: readonly EdgeKind[],
  start: EdgeKind | undefined,
): string | undefined {
  const follows = (edges: ReadonlySet<EdgeKind>): boolean => kinds.some((kind) => edges.has(kind));
  const all = start === undefined ? kinds : [...kinds, start];
  const components = componentsOf(graph, (edges) => all.some((kind) => edges.has(kind)));
  for (const [from, targets] of graph) {
    for (const [to, edges] of targets) {
      // Only within a strongly connected component can there be a way back.
      if (components.get(from) !== components.get(to)) continue;
      if (start === undefined ? !follows(edges) : !edges.has(start)) continue;
      const path = pathBetween(graph, to, from, follows);
      if (path !== undefined) return [from, ...path].join(" → ");
    }
  }
  return undefined;
}

/** Node → its strongly connected component (Kosaraju). */
function componentsOf(graph: Graph, follows: (edges: ReadonlySet<EdgeKind>) => boolean): Map<number, number> {
  const forward = new Map<number, number[]>();
  const backward = new Map<number, number[]>();
  for (const [from, targets] of graph) {
    for (const [to, edges] of targets) {
      if (!follows(edges)) continue;
      forward.set(from, [...(forward.get(from) ?? []), to]);
      backward.set(to, [...(backward.get(to) ?? []), from]);
    }
  }
  const finished: number[] = [];
  const seen = new Set<number>();
  for (const node of forward.keys()) visit(node, forward, seen, (done) => finished.push(done));
  const components = new Map<number, number>();
  const placed = new Set<number>();
  for (const root of finished.toReversed())
    visit(root, backward, placed, (node) => components.set(node, root));
  return components;
}

/** Depth first without recursion; `leave` is called for each new node when all below it is done. */
function visit(
  start: number,
  edges: ReadonlyMap<number, readonly number[]>,
  seen: Set<number>,
  leave: (node: number) => void,
): void {
  if (seen.has(start)) return;
  seen.add(start);
  const stack = [{ node: start, at: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const next = edges.get(top.node)?.[top.at++];
    if (next === undefined) {
      leave(top.node);
      stack.pop();
    } else if (!seen.has(next)) {
      seen.add(next);
      stack.push({ node: next, at: 0 });
    }
  }
}

/** Breadth first; the edges of a history are few. */
function pathBetween(
  graph: Graph,
  from: number,
  to: number,
  follows: (edges: ReadonlySet<EdgeKind>) => boolean,
): readonly number[] | undefined {
  const cameFrom = new Map<number, number | undefined>([[from, undefined]]);
  const queue = [from];
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    if (node === to) {
      const path: number[] = [];
      for (let step: number | undefined = node; step !== undefined; step = cameFrom.get(step))
        path.unshift(step);
      return path;
    }
    for (const [next, edges] of graph.get(node) ?? []) {
      if (cameFrom.has(next) || !follows(edges)) continue;
      cameFrom.set(next, node);
      queue.push(next);
    }
  }
  return undefined;
}
