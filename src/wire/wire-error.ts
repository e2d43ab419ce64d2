/** What is wrong with bytes that a client sent. Each ends its connection; the server names MySQL's error for it. */
import { AppError } from "../base/errors.ts";

export type WireErrorCode =
  /** A payload that is not what its command says: too short, a wrong length, an unknown type. */
  | "malformed_packet"
  /** A greeting response that this protocol version does not know. */
  | "handshake"
  /** Longer than max_allowed_packet. */
  | "packet_too_large"
  /** A packet with another sequence number than the next one. */
  | "out_of_order"
  /** A statement's long data is beyond max_allowed_packet, or a parameter has a type that cannot be bound. */
  | "bad_parameter";

export class WireError extends AppError<WireErrorCode> {}
