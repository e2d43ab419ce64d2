/** Geometry in and out of text and WKB, and the parts of points. Spatial relations are not built (see unsupported.ts). */
import {
  type AxisOrder,
  checkSrid,
  decodeGeometry,
  encodeGeometry,
  geometryFromText,
  geometryToText,
  type Point,
  type Shape,
  shapeToWkb,
} from "../../values/geometry.ts";
import { checkStoredGeometry } from "../../values/geometry-check.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { GeometryName, SqlType } from "../../values/sql-type.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { BindEnvironment } from "../binder/name-scope.ts";
import { BIGINT_UNSIGNED, DOUBLE, LONG_TEXT_BYTES, textType } from "../binder/types.ts";
import type { Evaluator } from "../executor/frame.ts";
import { readBytes, readDouble, readInteger } from "../expression/readers.ts";
import { type FunctionDefinition, MANY, scalar, special } from "./function-definition.ts";

const SRID_BYTES = 4;
const GEOGRAPHIC_SRID = 4326;

function geometry(name: GeometryName): { readonly type: SqlType; readonly nullable: boolean } {
  return { type: { kind: "geometry", name }, nullable: true };
}

/** The option text `axis-order=lat-long`. */
function axisOrder(options: string | undefined, name: string): AxisOrder {
  if (options === undefined || options.trim() === "") return "srid-defined";
  const value = /^\s*axis-order\s*=\s*(lat-long|long-lat|srid-defined)\s*$/i
    .exec(options)?.[1]
    ?.toLowerCase();
  if (value === undefined) throw sqlError("ER_INVALID_OPTION_KEY", options, name);
  return value as AxisOrder;
}

function checkKind(bytes: Uint8Array, expected: GeometryName, name: string): Uint8Array {
  if (expected === "geometry") return bytes;
  const { shape } = decodeGeometry(bytes);
  if (shape.kind !== expected) {
    throw sqlError(
      "ER_UNEXPECTED_GEOMETRY_TYPE",
      name.endsWith("wkb") ? "WKB" : "WKT",
      shape.kind.toUpperCase(),
      name,
    );
  }
  return bytes;
}

function fromText(name: string, expected: GeometryName): FunctionDefinition {
  return scalar(
    name,
    ["text", "count", "text"],
    geometry(expected),
    (_, text, srid?: number, options?: string) =>
      checkKind(
        encodeGeometry(geometryFromText(text, srid ?? 0, name, axisOrder(options, name))),
        expected,
        name,
      ),
    { optional: 2 },
  );
}

function fromWkb(name: string, expected: GeometryName): FunctionDefinition {
  return scalar(
    name,
    ["bytes", "count", "text"],
    geometry(expected),
    (_, wkb, srid?: number, options?: string) => {
      const number = srid ?? 0;
      checkSrid(number);
      const order = axisOrder(options, name);
      const prefix = Buffer.alloc(SRID_BYTES);
      prefix.writeUInt32LE(number);
      const stored = Buffer.concat([prefix, wkb]);
      checkStoredGeometry(stored, { kind: "geometry", name: "geometry" }, name);
      const { shape } = decodeGeometry(stored);
      const swap = number === GEOGRAPHIC_SRID && order !== "long-lat";
      return checkKind(
        encodeGeometry({ srid: number, shape: swap ? swapShape(shape) : shape }),
        expected,
        name,
      );
    },
    { optional: 2 },
  );
}

function swapPoint({ x, y }: Point): Point {
  return { x: y, y: x };
}

function swapShape(shape: Shape): Shape {
  switch (shape.kind) {
    case "point":
      return { kind: "point", point: swapPoint(shape.point) };
    case "linestring":
      return { kind: "linestring", points: shape.points.map(swapPoint) };
    case "polygon":
      return { kind: "polygon", rings: shape.rings.map((ring) => ring.map(swapPoint)) };
    default:
      return { ...shape, members: shape.members.map(swapShape) };
  }
}

function textResult(_: readonly BoundExpression[], environment: BindEnvironment) {
  return { type: textType(LONG_TEXT_BYTES / 4, environment.connectionCollation), nullable: true };
}

function pointOf(bytes: Uint8Array, name: string): Point {
  const { shape } = decodeGeometry(bytes);
  if (shape.kind !== "point")
    throw sqlError("ER_UNEXPECTED_GEOMETRY_TYPE", "POINT", shape.kind.toUpperCase(), name);
  return shape.point;
}

/** Geographic systems name their axes in the order latitude, longitude; points are stored longitude first. */
function ownAxis(bytes: Uint8Array, axis: "x" | "y"): "x" | "y" {
  if (decodeGeometry(bytes).srid !== GEOGRAPHIC_SRID) return axis;
  return axis === "x" ? "y" : "x";
}

/** ST_X and ST_Y: reading, or with a second argument a changed copy. */
function coordinate(name: string, axis: "x" | "y"): FunctionDefinition {
  return {
    name,
    minArguments: 1,
    maxArguments: 2,
    bind(args, environment) {
      const changing = args.length > 1;
      return special(
        name,
        [1, 2],
        changing ? geometry("point") : { type: DOUBLE, nullable: true },
        ([a, b], [point, value]) => {
          const read = readBytes(point as BoundExpression, a as Evaluator);
          const to = value === undefined ? undefined : readDouble(value, b as Evaluator);
          return (frame) => {
            const bytes = read(frame);
            if (bytes === null) return null;
            const place = pointOf(bytes, name);
            if (to === undefined) return place[ownAxis(bytes, axis)];
            const moved = to(frame);
            if (moved === null) return null;
            const { srid } = decodeGeometry(bytes);
            return encodeGeometry({
              srid,
              shape: { kind: "point", point: { ...place, [ownAxis(bytes, axis)]: moved } },
            });
          };
        },
      ).bind(args, environment);
    },
  };
}

function geographic(name: string, axis: "x" | "y"): FunctionDefinition {
  return scalar(name, ["bytes"], { type: DOUBLE, nullable: true }, (_, bytes) => {
    if (decodeGeometry(bytes).srid !== GEOGRAPHIC_SRID)
      throw sqlError("ER_SRS_NOT_GEOGRAPHIC", name, decodeGeometry(bytes).srid);
    return pointOf(bytes, name)[axis];
  });
}

const ST_SRID: FunctionDefinition = {
  name: "st_srid",
  minArguments: 1,
  maxArguments: 2,
  bind(args, environment) {
    const changing = args.length > 1;
    return special(
      "st_srid",
      [1, 2],
      changing ? geometry("geometry") : { type: BIGINT_UNSIGNED, nullable: true, displayLength: 10 },
      ([a, b], [operand, srid]) => {
        const read = readBytes(operand as BoundExpression, a as Evaluator);
        const to = srid === undefined ? undefined : readInteger(srid, b as Evaluator);
        return (frame) => {
          const bytes = read(frame);
          if (bytes === null) return null;
          const { srid: present, shape } = decodeGeometry(bytes);
          if (to === undefined) return present;
          const wanted = to(frame);
          if (wanted === null) return null;
          checkSrid(Number(wanted));
          return encodeGeometry({ srid: Number(wanted), shape });
        };
      },
    ).bind(args, environment);
  },
};

type Collection = Exclude<Shape["kind"], "point" | "linestring" | "polygon">;

/** LineString(p, p …), Polygon(l, l …), MultiPoint(…) … of geometries. */
function geometryConstructor(
  name: GeometryName,
  make: (members: readonly Shape[]) => Shape,
): FunctionDefinition {
  return special(name, [1, MANY], geometry(name), (evaluators, args) => {
    const reads = evaluators.map((evaluate, at) => readBytes(args[at] as BoundExpression, evaluate));
    return (frame) => {
      const members: Shape[] = [];
      for (const read of reads) {
        const bytes = read(frame);
        if (bytes === null) return null;
        members.push(decodeGeometry(bytes).shape);
      }
      return encodeGeometry({ srid: 0, shape: make(members) });
    };
  });
}

function illegal(name: string): Error {
  return sqlError("ER_ILLEGAL_VALUE_FOR_TYPE", "non geometric", name);
}

function pointsOf(members: readonly Shape[], name: string): readonly Point[] {
  return members.map((member) => {
    if (member.kind !== "point") throw illegal(name);
    return member.point;
  });
}

function collection(kind: Collection, memberKind: Shape["kind"] | undefined): FunctionDefinition {
  return geometryConstructor(kind, (members) => {
    if (memberKind !== undefined && members.some((member) => member.kind !== memberKind)) throw illegal(kind);
    return { kind, members };
  });
}

const TYPED: readonly (readonly [string, GeometryName])[] = [
  ["st_geom", "geometry"],
  ["st_geometry", "geometry"],
  ["st_point", "point"],
  ["st_line", "linestring"],
  ["st_linestring", "linestring"],
  ["st_poly", "polygon"],
  ["st_polygon", "polygon"],
  ["st_mpoint", "multipoint"],
  ["st_multipoint", "multipoint"],
  ["st_mline", "multilinestring"],
  ["st_multilinestring", "multilinestring"],
  ["st_mpoly", "multipolygon"],
  ["st_multipolygon", "multipolygon"],
  ["st_geomcoll", "geomcollection"],
  ["st_geometrycollection", "geomcollection"],
];

function output(names: readonly string[], build: (name: string) => FunctionDefinition): FunctionDefinition[] {
  return names.map(build);
}

export const SPATIAL_FUNCTIONS: readonly FunctionDefinition[] = [
  ...TYPED.map(([prefix, type]) => fromText(`${prefix}fromtext`, type)),
  ...TYPED.map(([prefix, type]) => fromWkb(`${prefix}fromwkb`, type)),
  ...output(["st_astext", "st_aswkt"], (name) =>
    scalar(
      name,
      ["bytes", "text"],
      textResult,
      (_, bytes, options?: string) => geometryToText(decodeGeometry(bytes), axisOrder(options, name)),
      { optional: 1 },
    ),
  ),
  ...output(["st_asbinary", "st_aswkb"], (name) =>
    scalar(
      name,
      ["bytes", "text"],
      { type: { kind: "binary", name: "longblob", length: LONG_TEXT_BYTES }, nullable: true },
      (_, bytes, options?: string) => {
        const { srid, shape } = decodeGeometry(bytes);
        const swap = srid === GEOGRAPHIC_SRID && axisOrder(options, name) !== "long-lat";
        return shapeToWkb(swap ? swapShape(shape) : shape);
      },
      { optional: 1 },
    ),
  ),
  coordinate("st_x", "x"),
  coordinate("st_y", "y"),
  geographic("st_longitude", "x"),
  geographic("st_latitude", "y"),
  ST_SRID,
  scalar(
    "st_geometrytype",
    ["bytes"],
    (_, environment) => ({ type: textType(20, environment.connectionCollation), nullable: true }),
    (_, bytes) => decodeGeometry(bytes).shape.kind.toUpperCase(),
  ),
  scalar("st_swapxy", ["bytes"], geometry("geometry"), (_, bytes) => {
    const { srid, shape } = decodeGeometry(bytes);
    return encodeGeometry({ srid, shape: swapShape(shape) });
  }),
  special("point", [2, 2], geometry("point"), ([a, b], args) => {
    const x = readDouble(args[0] as BoundExpression, a as Evaluator);
    const y = readDouble(args[1] as BoundExpression, b as Evaluator);
    return (frame) => {
      const [left, right] = [x(frame), y(frame)];
      return left === null || right === null
        ? null
        : encodeGeometry({ srid: 0, shape: { kind: "point", point: { x: left, y: right } } });
    };
  }),
  geometryConstructor("linestring", (members) => ({
    kind: "linestring",
    points: pointsOf(members, "linestring"),
  })),
  geometryConstructor("polygon", (members) => ({
    kind: "polygon",
    rings: members.map((member) => {
      if (member.kind !== "linestring") throw illegal("polygon");
      return member.points;
    }),
  })),
  collection("multipoint", "point"),
  collection("multilinestring", "linestring"),
  collection("multipolygon", "polygon"),
  collection("geomcollection", undefined),
  { ...collection("geomcollection", undefined), name: "geometrycollection" },
];
