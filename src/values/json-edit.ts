/** Changes to JSON documents: new documents that share what did not change. Paths must name one place (3149). */
import type { JsonObject, JsonValue } from "./json.ts";
import { jsonObject } from "./json.ts";
import { cellNumber, findJson, type JsonPath, type PathLeg } from "./json-path.ts";
import { sqlError } from "./sql-error.ts";

/** set = insert or replace. */
export type JsonChange = "set" | "insert" | "replace";

/** 3149 unless the path names one place. */
function mustBeOnePlace(path: JsonPath): void {
  if (path.many) throw sqlError("ER_INVALID_JSON_PATH_WILDCARD");
}

/** JSON_SET, JSON_INSERT, JSON_REPLACE. */
export function changeJson(
  document: JsonValue,
  path: JsonPath,
  value: JsonValue,
  change: JsonChange,
): JsonValue {
  mustBeOnePlace(path);
  return changeAt(document, path.legs, 0, value, change);
}

function changeAt(
  target: JsonValue,
  legs: readonly PathLeg[],
  depth: number,
  value: JsonValue,
  change: JsonChange,
): JsonValue {
  const leg = legs[depth];
  if (leg === undefined) return change === "insert" ? target : value;
  const isLast = depth === legs.length - 1;
  if (leg.kind === "member") {
    if (target.kind !== "object") return target;
    const member = target.members.get(leg.name);
    if (member !== undefined)
      return withMember(target, leg.name, changeAt(member, legs, depth + 1, value, change));
    return isLast && change !== "replace" ? withMember(target, leg.name, value) : target;
  }
  if (leg.kind !== "cell") return target;
  const items = target.kind === "array" ? target.items : [target];
  const cell = cellNumber(leg.index, items.length);
  if (cell >= 0 && cell < items.length) {
    const changed = changeAt(items[cell] as JsonValue, legs, depth + 1, value, change);
    return target.kind === "array" ? { kind: "array", items: items.with(cell, changed) } : changed;
  }
  if (!isLast || change === "replace") return target;
  return { kind: "array", items: cell < 0 ? [value, ...items] : [...items, value] };
}

function withMember(object: JsonObject, name: string, value: JsonValue): JsonObject {
  if (object.members.has(name)) return { kind: "object", members: new Map(object.members).set(name, value) };
  return jsonObject([...object.members, [name, value]]);
}

/** JSON_ARRAY_APPEND: what is no array becomes one first. Unchanged when the path finds nothing. */
export function appendJson(document: JsonValue, path: JsonPath, value: JsonValue): JsonValue {
  mustBeOnePlace(path);
  const found = findJson(document, path)[0];
  if (found === undefined) return document;
  const items = found.value.kind === "array" ? found.value.items : [found.value];
  return changeAt(document, path.legs, 0, { kind: "array", items: [...items, value] }, "replace");
}

/** JSON_ARRAY_INSERT: 3165 unless the path ends in a cell. Unchanged when that is in no array. */
export function insertIntoArray(document: JsonValue, path: JsonPath, value: JsonValue): JsonValue {
  mustBeOnePlace(path);
  const leg = path.legs.at(-1);
  if (leg === undefined || leg.kind !== "cell") throw sqlError("ER_INVALID_JSON_PATH_ARRAY_CELL");
  const parent: JsonPath = { legs: path.legs.slice(0, -1), many: false };
  const array = findJson(document, parent)[0]?.value;
  if (array?.kind !== "array") return document;
  const { length } = array.items;
  // `last` inserts before the last cell.
  const cell = Math.max(0, Math.min(length, cellNumber(leg.index, length)));
  const items = array.items.toSpliced(cell, 0, value);
  return changeAt(document, parent.legs, 0, { kind: "array", items }, "replace");
}

/** JSON_REMOVE: 3153 for `$`. */
export function removeJson(document: JsonValue, path: JsonPath): JsonValue {
  mustBeOnePlace(path);
  if (path.legs.length === 0) throw sqlError("ER_JSON_VACUOUS_PATH", "$");
  const legs = withoutWrappedCells(document, path.legs);
  return legs.length === 0 ? document : removeAt(document, legs, 0);
}

/** `[0]` behind something that is no array means that thing itself. */
function withoutWrappedCells(document: JsonValue, legs: readonly PathLeg[]): readonly PathLeg[] {
  const last = legs.at(-1);
  if (last?.kind !== "cell" || cellNumber(last.index, 1) !== 0) return legs;
  const parentLegs = legs.slice(0, -1);
  const parent = findJson(document, { legs: parentLegs, many: false })[0]?.value;
  if (parent === undefined || parent.kind === "array") return legs;
  return withoutWrappedCells(document, parentLegs);
}

function removeAt(target: JsonValue, legs: readonly PathLeg[], depth: number): JsonValue {
  const leg = legs[depth];
  const isLast = depth === legs.length - 1;
  if (leg?.kind === "member" && target.kind === "object") {
    const member = target.members.get(leg.name);
    if (member === undefined) return target;
    if (!isLast) return withMember(target, leg.name, removeAt(member, legs, depth + 1));
    const members = new Map(target.members);
    members.delete(leg.name);
    return { kind: "object", members };
  }
  if (leg?.kind !== "cell") return target;
  if (target.kind !== "array") {
    return !isLast && cellNumber(leg.index, 1) === 0 ? removeAt(target, legs, depth + 1) : target;
  }
  const cell = cellNumber(leg.index, target.items.length);
  const item = target.items[cell];
  if (cell < 0 || item === undefined) return target;
  const items = isLast
    ? target.items.toSpliced(cell, 1)
    : target.items.with(cell, removeAt(item, legs, depth + 1));
  return { kind: "array", items };
}

/** JSON_MERGE_PRESERVE of two: arrays are joined, members of equal name merged, everything else put into an array. */
export function mergePreserve(left: JsonValue, right: JsonValue): JsonValue {
  if (left.kind === "object" && right.kind === "object") {
    const members = new Map(left.members);
    for (const [name, value] of right.members) {
      const own = members.get(name);
      members.set(name, own === undefined ? value : mergePreserve(own, value));
    }
    return jsonObject(members);
  }
  const leftItems = left.kind === "array" ? left.items : [left];
  const rightItems = right.kind === "array" ? right.items : [right];
  return { kind: "array", items: [...leftItems, ...rightItems] };
}

/** JSON_MERGE_PATCH of two, by RFC 7396: null removes a member. */
export function mergePatch(left: JsonValue, right: JsonValue): JsonValue {
  if (right.kind !== "object") return right;
  const members = new Map(left.kind === "object" ? left.members : []);
  for (const [name, value] of right.members) {
    if (value.kind === "null") members.delete(name);
    else members.set(name, mergePatch(members.get(name) ?? { kind: "null" }, value));
  }
  return jsonObject(members);
}

/** Whether two documents are equal; the SQL layer's comparison. */
export type JsonEquality = (left: JsonValue, right: JsonValue) => boolean;

/** JSON_CONTAINS(target, candidate). */
export function jsonContains(target: JsonValue, candidate: JsonValue, equal: JsonEquality): boolean {
  if (target.kind === "array") {
    if (candidate.kind === "array") {
      return candidate.items.every((item) => target.items.some((own) => jsonContains(own, item, equal)));
    }
    return target.items.some((item) => jsonContains(item, candidate, equal));
  }
  if (target.kind === "object") {
    if (candidate.kind !== "object") return false;
    for (const [name, value] of candidate.members) {
      const own = target.members.get(name);
      if (own === undefined || !jsonContains(own, value, equal)) return false;
    }
    return true;
  }
  return candidate.kind !== "array" && candidate.kind !== "object" && equal(target, candidate);
}

/** JSON_OVERLAPS: a common array element, a common member, or equal scalars. */
export function jsonOverlaps(left: JsonValue, right: JsonValue, equal: JsonEquality): boolean {
  if (left.kind === "array" || right.kind === "array") {
    const rightItems = right.kind === "array" ? right.items : [right];
    const leftItems = left.kind === "array" ? left.items : [left];
    return leftItems.some((item) => rightItems.some((other) => equal(item, other)));
  }
  if (left.kind === "object" && right.kind === "object") {
    for (const [name, value] of left.members) {
      const other = right.members.get(name);
      if (other !== undefined && equal(value, other)) return true;
    }
    return false;
  }
  return equal(left, right);
}

/** JSON_DEPTH */
export function jsonDepth(value: JsonValue): number {
  let deepest = 0;
  const children =
    value.kind === "array" ? value.items : value.kind === "object" ? value.members.values() : [];
  for (const child of children) deepest = Math.max(deepest, jsonDepth(child));
  return deepest + 1;
}

/** JSON_LENGTH */
export function jsonLength(value: JsonValue): number {
  return value.kind === "array" ? value.items.length : value.kind === "object" ? value.members.size : 1;
}

/** JSON_TYPE */
export function jsonTypeName(value: JsonValue): string {
  switch (value.kind) {
    case "unsigned":
      return "UNSIGNED INTEGER";
    case "timestamp":
      return "DATETIME";
    case "opaque":
      return opaqueTypeName(value.typeCode);
    default:
      return value.kind.toUpperCase();
  }
}

const BLOB_CODES = new Set([249, 250, 251, 252, 253, 254, 15]);

function opaqueTypeName(typeCode: number): string {
  if (typeCode === 16) return "BIT";
  if (typeCode === 255) return "GEOMETRY";
  return BLOB_CODES.has(typeCode) ? "BLOB" : "OPAQUE";
}
