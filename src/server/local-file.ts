/** LOAD DATA LOCAL: asks the client for a file and reads its packets. */
import { writeLocalFileRequest } from "../wire/response.ts";
import { WireError } from "../wire/wire-error.ts";
import type { ClientStream } from "./client-stream.ts";

/**
 * The file's content in pieces. An empty packet ends it. Whoever stops reading early leaves the rest to be skipped, so
 * that the stream is at the next command afterwards.
 */
export async function* readLocalFile(stream: ClientStream, name: string): AsyncGenerator<Uint8Array> {
  writeLocalFileRequest(stream.writer, name);
  const { reader, writer } = stream;
  reader.sequence = writer.sequence;
  stream.flush();
  let ended = false;
  const next = async (): Promise<Uint8Array> => {
    if (!(await stream.nextMessage()))
      throw new WireError("malformed_packet", "the client left while sending a file");
    writer.sequence = reader.sequence;
    ended = reader.end === reader.start;
    return reader.bytes.subarray(reader.start, reader.end);
  };
  try {
    for (let piece = await next(); !ended; piece = await next()) yield piece;
  } finally {
    while (!ended && !stream.closed) await next();
  }
}
