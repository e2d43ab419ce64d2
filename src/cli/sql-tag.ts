/** The SQL template tag of `@databases/sql`: every SQL text the command line composes is built with it, so that values
 *  can never become syntax. */
import createSql, { type SQL } from "@databases/sql";

// The package is CommonJS: its default export arrives as a property for some loaders.
type Loaded = SQL | { readonly default: SQL };
const loaded: Loaded = createSql as Loaded;

export const sql: SQL = "default" in loaded ? loaded.default : loaded;
