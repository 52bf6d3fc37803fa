export { type DuckDBOptions, openDuckDB } from './sets/node-duckdb.js';
export type { DuplicateGroup, SetEngine, SetOptions } from './sets/set-engine.js';
