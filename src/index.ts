/** CairnDB inside an application or a test suite: `const server = await startServer({ dataDir, port: 0 })`. */
export type { Logger } from "./base/logger.ts";
export { type RunningServer, type ServerOptions, startServer } from "./server/start-server.ts";
