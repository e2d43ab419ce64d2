/** The description of a result column, protocol 4.1. */
import type { ResultColumn } from "../values/row-writer.ts";
import type { PacketWriter } from "./packet-writer.ts";
import { writeColumnText } from "./row-fields.ts";
import type { WireColumn } from "./wire-column.ts";

const FIXED_FIELDS_SIZE = 0x0c;
const NULL_FIELD = 0xfb;

/** `withDefault` adds the (always NULL) default value that the answer to COM_FIELD_LIST has. */
export function writeColumnDefinition(
  writer: PacketWriter,
  column: ResultColumn,
  wire: WireColumn,
  withDefault = false,
): void {
  writer.begin();
  writer.writeLengthText("def");
  writeColumnText(writer, wire, column.database);
  writeColumnText(writer, wire, column.table);
  writeColumnText(writer, wire, column.originalTable);
  writeColumnText(writer, wire, column.name);
  writeColumnText(writer, wire, column.originalName);
  writer.writeUint8(FIXED_FIELDS_SIZE);
  writer.writeUint16(wire.collationId);
  writer.writeUint32(wire.length);
  writer.writeUint8(wire.typeCode);
  writer.writeUint16(wire.flags);
  writer.writeUint8(wire.decimals);
  writer.writeUint16(0);
  if (withDefault) writer.writeUint8(NULL_FIELD);
  writer.end();
}
