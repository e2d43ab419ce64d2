/**
 * The plugin API: everything a procedure file needs, and the only module it imports (as `#plugin` inside this package,
 * as `cairndb/plugin` elsewhere).
 *
 * ```ts
 * export const procedure = defineProcedure({
 *   name: "my_tag_release",
 *   summary: "Tags HEAD with a version.",
 *   privilege: "write",
 *   args: args({ positionals: { version: text }, options: { message: short("m", text) } }),
 *   columns: { success: bigint },
 *   async run({ database, user, host }, { version, message }) {
 *     await database.tags.create(version, {
 *       revision: "HEAD", message: message ?? version, tagger: { name: user, email: `${user}@${host}` }, force: false });
 *     return [{ success: 1n }];
 *   },
 * });
 * ```
 */
export { unreachable } from "./base/assert.ts";
export { type ArgSpec, args, oneOf } from "./engine/procedures/arguments.ts";
export {
  bigint,
  type Field,
  type Fields,
  flag,
  optional,
  rest,
  short,
  text,
  type ValuesOf,
} from "./engine/procedures/fields.ts";
export { parseAuthor, parseDate } from "./engine/procedures/identity.ts";
export {
  defineProcedure,
  type Procedure,
  type ProcedureDefinition,
  type ProcedurePrivilege,
} from "./engine/procedures/procedure.ts";
export type { Identity, Repository, TransferResult } from "./engine/procedures/repository.ts";
export type { ProcedureSession, RepositoryServer } from "./engine/procedures/session.ts";
export { SqlError } from "./values/sql-error.ts";
