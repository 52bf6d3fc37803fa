export type { JsonSchema } from './schema/json-schema.js';
