/** What all connections of a server share. */
import type { SecureContext } from "node:tls";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { Random } from "../base/random.ts";
import type { Accounts } from "../engine/accounts/accounts.ts";
import type { ProcessList } from "../engine/process-list.ts";
import type { SqlSessionFactory } from "../sql/api.ts";
import type { AnswerQueue } from "./answer-queue.ts";
import type { PasswordKeys, ProvedPasswords } from "./authentication.ts";

export interface ServerLimits {
  readonly maxConnections: number;
  readonly connectTimeoutSeconds: number;
  /** Until a session says otherwise. */
  readonly waitTimeoutSeconds: number;
  readonly netWriteTimeoutSeconds: number;
  readonly maxAllowedPacket: number;
  /** Prepared statements of one connection. */
  readonly maxPreparedStatements: number;
}

export interface ServerContext {
  readonly serverVersion: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly limits: ServerLimits;
  readonly accounts: Accounts;
  readonly processes: ProcessList;
  readonly answers: AnswerQueue;
  readonly keys: PasswordKeys;
  readonly proved: ProvedPasswords;
  /** Undefined when TLS is off. */
  readonly secureContext: SecureContext | undefined;
  readonly requireSecureTransport: boolean;
  readonly createSession: SqlSessionFactory;
}
