/**
 * Geometry values between WKT and their stored form: a 4-byte little-endian SRID, then little-endian WKB. Stored points
 * are x, y (longitude, latitude); WKT of a geographic reference system (4326) is written latitude first, so its axes are
 * swapped here. SRID 0 is a plane without units.
 */
import { unreachable } from "../base/assert.ts";
import { WKB_NAMES } from "./geometry-check.ts";
import { formatDouble } from "./number-text.ts";
import { sqlError } from "./sql-error.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export type Shape =
  | { readonly kind: "point"; readonly point: Point }
  | { readonly kind: "linestring"; readonly points: readonly Point[] }
  | { readonly kind: "polygon"; readonly rings: readonly (readonly Point[])[] }
  | {
      readonly kind: "multipoint" | "multilinestring" | "multipolygon" | "geomcollection";
      readonly members: readonly Shape[];
    };

export interface Geometry {
  readonly srid: number;
  readonly shape: Shape;
}

export type AxisOrder = "srid-defined" | "lat-long" | "long-lat";

const GEOGRAPHIC_SRID = 4326;
const PLANE_SRIDS: ReadonlySet<number> = new Set([0, 3857]);
const WKT_NAMES: Readonly<Record<string, Shape["kind"]>> = {
  POINT: "point",
  LINESTRING: "linestring",
  POLYGON: "polygon",
  MULTIPOINT: "multipoint",
  MULTILINESTRING: "multilinestring",
  MULTIPOLYGON: "multipolygon",
  GEOMETRYCOLLECTION: "geomcollection",
  GEOMCOLLECTION: "geomcollection",
};
const MAX_DEPTH = 64;

/** 1235 for reference systems whose axes and units are not known here, 3548 for numbers that are none. */
export function checkSrid(srid: number): void {
  if (PLANE_SRIDS.has(srid) || srid === GEOGRAPHIC_SRID) return;
  if (srid >= 2000 && srid <= 32767)
    throw sqlError("ER_NOT_SUPPORTED_YET", `spatial reference system ${srid}`);
  throw sqlError("ER_SRS_NOT_FOUND", srid);
}

function swapsAxes(srid: number, order: AxisOrder): boolean {
  return srid === GEOGRAPHIC_SRID && order !== "long-lat";
}

/** ST_GeomFromText: 3037 for what is no WKT, 3616 and 3617 for coordinates outside the globe. */
export function geometryFromText(
  text: string,
  srid: number,
  functionName: string,
  order: AxisOrder,
): Geometry {
  checkSrid(srid);
  const shape = new WktParser(text, functionName).parse();
  if (srid !== GEOGRAPHIC_SRID) return { srid, shape };
  const placed = swapsAxes(srid, order) ? mapPoints(shape, ({ x, y }) => ({ x: y, y: x })) : shape;
  mapPoints(placed, (point) => checkOnGlobe(point, functionName));
  return { srid, shape: placed };
}

function checkOnGlobe(point: Point, functionName: string): Point {
  if (point.x <= -180 || point.x > 180) {
    throw sqlError(
      "ER_LONGITUDE_OUT_OF_RANGE",
      point.x.toFixed(6),
      functionName,
      "-180.000000",
      "180.000000",
    );
  }
  if (point.y < -90 || point.y > 90) {
    throw sqlError("ER_LATITUDE_OUT_OF_RANGE", point.y.toFixed(6), functionName, "-90.000000", "90.000000");
  }
  return point;
}

function mapPoints(shape: Shape, map: (point: Point) => Point): Shape {
  switch (shape.kind) {
    case "point":
      return { kind: "point", point: map(shape.point) };
    case "linestring":
      return { kind: "linestring", points: shape.points.map(map) };
    case "polygon":
      return { kind: "polygon", rings: shape.rings.map((ring) => ring.map(map)) };
    default:
      return { kind: shape.kind, members: shape.members.map((member) => mapPoints(member, map)) };
  }
}

class WktParser {
  readonly #text: string;
  readonly #functionName: string;
  #at = 0;

  constructor(text: string, functionName: string) {
    this.#text = text;
    this.#functionName = functionName;
  }

  parse(): Shape {
    const shape = this.#shape(0);
    if (this.#peek() !== "") this.#fail();
    return shape;
  }

  #fail(): never {
    throw sqlError("ER_GIS_INVALID_DATA", this.#functionName);
  }

  /** The next token, blanks skipped: a word, a number or one character; "" at the end. */
  #peek(): string {
    while (/^\s$/.test(this.#text[this.#at] ?? "")) this.#at++;
    return (
      /^(?:[A-Za-z]+|[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|.)/s.exec(
        this.#text.slice(this.#at, this.#at + 64),
      )?.[0] ?? ""
    );
  }

  #take(): string {
    const token = this.#peek();
    this.#at += token.length;
    return token;
  }

  #expect(token: string): void {
    if (this.#take() !== token) this.#fail();
  }

  #shape(depth: number): Shape {
    const kind = WKT_NAMES[this.#take().toUpperCase()];
    if (kind === undefined || depth > MAX_DEPTH) this.#fail();
    if (kind === "geomcollection" && this.#peek().toUpperCase() === "EMPTY") {
      this.#take();
      return { kind, members: [] };
    }
    return this.#body(kind, depth);
  }

  #body(kind: Shape["kind"], depth: number): Shape {
    switch (kind) {
      case "point": {
        this.#expect("(");
        const point = this.#point();
        this.#expect(")");
        return { kind, point };
      }
      case "linestring": {
        const points = this.#list(() => this.#point());
        return points.length < 2 ? this.#fail() : { kind, points };
      }
      case "polygon":
        return { kind, rings: this.#list(() => this.#ring()) };
      case "multipoint":
        return { kind, members: this.#list(() => this.#memberPoint()) };
      case "multilinestring":
        return { kind, members: this.#list(() => this.#body("linestring", depth + 1)) };
      case "multipolygon":
        return { kind, members: this.#list(() => this.#body("polygon", depth + 1)) };
      case "geomcollection":
        return { kind, members: this.#collection(depth) };
      default:
        return unreachable(kind);
    }
  }

  #collection(depth: number): Shape[] {
    const start = this.#at;
    this.#expect("(");
    if (this.#peek() === ")") {
      this.#take();
      return [];
    }
    this.#at = start;
    return this.#list(() => this.#shape(depth + 1));
  }

  #list<T>(read: () => T): T[] {
    this.#expect("(");
    const items = [read()];
    for (;;) {
      const next = this.#take();
      if (next === ")") return items;
      if (next !== ",") this.#fail();
      items.push(read());
    }
  }

  #point(): Point {
    return { x: this.#number(), y: this.#number() };
  }

  /** MULTIPOINT's points may stand in parentheses or not. */
  #memberPoint(): Shape {
    if (this.#peek() === "(") return this.#body("point", 0);
    return { kind: "point", point: this.#point() };
  }

  /** A closed line of at least four points. */
  #ring(): Point[] {
    const points = this.#list(() => this.#point());
    const first = points[0];
    const last = points.at(-1);
    if (points.length < 4 || first?.x !== last?.x || first?.y !== last?.y) this.#fail();
    return points;
  }

  #number(): number {
    const value = Number(this.#take() || "x");
    return Number.isFinite(value) ? value : this.#fail();
  }
}

/** ST_AsText. */
export function geometryToText(geometry: Geometry, order: AxisOrder): string {
  const swap = swapsAxes(geometry.srid, order);
  return shapeText(swap ? mapPoints(geometry.shape, ({ x, y }) => ({ x: y, y: x })) : geometry.shape);
}

function pointText({ x, y }: Point): string {
  return `${formatDouble(x)} ${formatDouble(y)}`;
}

function pointsText(points: readonly Point[]): string {
  return `(${points.map(pointText).join(",")})`;
}

function shapeText(shape: Shape): string {
  if (shape.kind !== "geomcollection") return shape.kind.toUpperCase() + bodyText(shape);
  if (shape.members.length === 0) return "GEOMETRYCOLLECTION EMPTY";
  return `GEOMETRYCOLLECTION(${shape.members.map(shapeText).join(",")})`;
}

function bodyText(shape: Shape): string {
  switch (shape.kind) {
    case "point":
      return `(${pointText(shape.point)})`;
    case "linestring":
      return pointsText(shape.points);
    case "polygon":
      return `(${shape.rings.map(pointsText).join(",")})`;
    default:
      return `(${shape.members.map(bodyText).join(",")})`;
  }
}

/** The stored form: SRID and WKB. */
export function encodeGeometry({ srid, shape }: Geometry): Uint8Array {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32LE(srid);
  const parts: Uint8Array[] = [prefix];
  appendWkb(shape, parts);
  return Buffer.concat(parts);
}

/** WKB alone, as ST_AsBinary gives it. */
export function shapeToWkb(shape: Shape): Uint8Array {
  const parts: Uint8Array[] = [];
  appendWkb(shape, parts);
  return Buffer.concat(parts);
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function appendPoints(points: readonly Point[], parts: Uint8Array[]): void {
  const bytes = Buffer.alloc(points.length * 16);
  points.forEach(({ x, y }, i) => {
    bytes.writeDoubleLE(x, i * 16);
    bytes.writeDoubleLE(y, i * 16 + 8);
  });
  parts.push(bytes);
}

function appendWkb(shape: Shape, parts: Uint8Array[]): void {
  parts.push(Uint8Array.of(1), uint32(WKB_NAMES.indexOf(shape.kind)));
  switch (shape.kind) {
    case "point":
      appendPoints([shape.point], parts);
      return;
    case "linestring":
      parts.push(uint32(shape.points.length));
      appendPoints(shape.points, parts);
      return;
    case "polygon":
      parts.push(uint32(shape.rings.length));
      for (const ring of shape.rings) {
        parts.push(uint32(ring.length));
        appendPoints(ring, parts);
      }
      return;
    default:
      parts.push(uint32(shape.members.length));
      for (const member of shape.members) appendWkb(member, parts);
  }
}

/** Reads stored bytes; they were checked by `checkStoredGeometry` when they were stored. */
export function decodeGeometry(bytes: Uint8Array): Geometry {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { srid: view.getUint32(0, true), shape: new WkbReader(view, 4).shape() };
}

class WkbReader {
  readonly #view: DataView;
  #at: number;

  constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
  }

  shape(): Shape {
    const little = this.#view.getUint8(this.#at) === 1;
    this.#at++;
    const kind = WKB_NAMES[this.#uint32(little)];
    switch (kind) {
      case "point":
        return { kind, point: this.#point(little) };
      case "linestring":
        return { kind, points: this.#points(little) };
      case "polygon":
        return { kind, rings: Array.from({ length: this.#uint32(little) }, () => this.#points(little)) };
      case "multipoint":
      case "multilinestring":
      case "multipolygon":
      case "geomcollection":
        return { kind, members: Array.from({ length: this.#uint32(little) }, () => this.shape()) };
      default:
        throw sqlError("ER_CANT_CREATE_GEOMETRY_OBJECT");
    }
  }

  #uint32(little: boolean): number {
    const value = this.#view.getUint32(this.#at, little);
    this.#at += 4;
    return value;
  }

  #point(little: boolean): Point {
    const x = this.#view.getFloat64(this.#at, little);
    const y = this.#view.getFloat64(this.#at + 8, little);
    this.#at += 16;
    return { x, y };
  }

  #points(little: boolean): Point[] {
    return Array.from({ length: this.#uint32(little) }, () => this.#point(little));
  }
}
