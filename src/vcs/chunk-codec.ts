/** The frame that all chunks of this layer share: kind and version, then fields as ByteWriter writes them. */
import { ByteReader } from "../bytes/byte-reader.ts";
import { ByteWriter } from "../bytes/byte-writer.ts";
import { DecodeError } from "../bytes/decode-error.ts";
import { CHUNK_FORMAT_VERSION, ChunkFormatError, checkChunkKind } from "../prolly/chunk-kinds.ts";

const HEADER_SIZE = 2;

export function encodeChunk(kind: number, write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter();
  writer.writeUint8(kind);
  writer.writeUint8(CHUNK_FORMAT_VERSION);
  write(writer);
  return writer.finish();
}

/** Throws ChunkFormatError when the chunk is of another kind or version, or malformed. */
export function decodeChunk<T>(chunk: Uint8Array, kind: number, read: (reader: ByteReader) => T): T {
  checkChunkKind(chunk, kind);
  const reader = new ByteReader(chunk, HEADER_SIZE);
  try {
    const value = read(reader);
    reader.expectEnd();
    return value;
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause;
    throw new ChunkFormatError("malformed_chunk", `a chunk of kind ${kind} is malformed: ${cause.message}`, {
      cause,
    });
  }
}
