export { constrain } from './constrain.js';
export type { Grammar } from './grammar.js';
export type { JsonSchema } from './json/json-schema.js';
export { jsonSchemaGrammar } from './json/json-schema-grammar.js';
export { parseGrammar } from './parse-grammar.js';
export { readTokenVocabulary, type TokenVocabulary, tokenVocabulary } from './token-vocabulary.js';
