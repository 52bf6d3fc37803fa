import type { GrammarNode } from '../node.js';

/** Turns a schema at a JSON pointer into a grammar. */
export type Compile = (schema: unknown, pointer: string) => GrammarNode;
