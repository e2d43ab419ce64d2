/**
 * Checks geometry bytes before they are stored: a 4-byte little-endian SRID, then well-formed WKB that ends where the
 * bytes end, of the column's type and SRID.
 */
import { sqlError } from "./sql-error.ts";
import type { GeometryName, GeometryType } from "./sql-type.ts";

const SRID_BYTES = 4;
const HEADER_BYTES = 5;
const POINT_BYTES = 16;
const MAX_DEPTH = 64;

/** Names by WKB type number. */
export const WKB_NAMES: readonly (GeometryName | undefined)[] = [
  "geometry",
  "point",
  "linestring",
  "polygon",
  "multipoint",
  "multilinestring",
  "multipolygon",
  "geomcollection",
];

/** Throws 1416 when `bytes` are no geometry or not one that the column takes, 3643 for another SRID. */
export function checkStoredGeometry(bytes: Uint8Array, type: GeometryType, columnName: string): void {
  if (bytes.length < SRID_BYTES + HEADER_BYTES) throw sqlError("ER_CANT_CREATE_GEOMETRY_OBJECT");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = skipGeometry(view, SRID_BYTES, 0, 0);
  if (end !== bytes.length) throw sqlError("ER_CANT_CREATE_GEOMETRY_OBJECT");
  const name = WKB_NAMES[wkbType(view, SRID_BYTES)];
  if (type.name !== "geometry" && name !== type.name) throw sqlError("ER_CANT_CREATE_GEOMETRY_OBJECT");
  const srid = view.getUint32(0, true);
  if (type.srid !== undefined && type.srid !== srid) {
    throw sqlError("ER_WRONG_SRID_FOR_COLUMN", columnName, srid, type.srid);
  }
}

function wkbType(view: DataView, at: number): number {
  return view.getUint32(at + 1, view.getUint8(at) === 1);
}

function malformed(): never {
  throw sqlError("ER_CANT_CREATE_GEOMETRY_OBJECT");
}

/** The end of the geometry at `at`; `member` is the type it must have, 0 for any. */
function skipGeometry(view: DataView, at: number, member: number, depth: number): number {
  if (depth > MAX_DEPTH || at + HEADER_BYTES > view.byteLength || view.getUint8(at) > 1) malformed();
  const little = view.getUint8(at) === 1;
  const type = wkbType(view, at);
  if (type < 1 || type > 7 || (member !== 0 && member !== type)) malformed();
  const body = at + HEADER_BYTES;
  if (type === 1) return skipPoints(view, body, 1);
  if (body + 4 > view.byteLength) malformed();
  const count = view.getUint32(body, little);
  let end = body + 4;
  if (type === 2) return count < 2 ? malformed() : skipPoints(view, end, count);
  if (count === 0 && type !== 7) malformed();
  for (let i = 0; i < count; i++) {
    end =
      type === 3
        ? skipRing(view, end, little)
        : skipGeometry(view, end, type === 7 ? 0 : type - 3, depth + 1);
  }
  return end;
}

function skipPoints(view: DataView, at: number, count: number): number {
  const end = at + count * POINT_BYTES;
  return end > view.byteLength ? malformed() : end;
}

function skipRing(view: DataView, at: number, little: boolean): number {
  if (at + 4 > view.byteLength) malformed();
  const count = view.getUint32(at, little);
  return count < 4 ? malformed() : skipPoints(view, at + 4, count);
}
