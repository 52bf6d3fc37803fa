import type { JsonSchema } from '@internvl/llm/grammar';

/** JSON that a schema describes; without one, any object. `@internvl/llm/grammar` says what part of JSON Schema it takes. */
export interface JsonFormat {
  readonly type: 'json';
  /** Plain data: it may have to cross into a worker. */
  readonly schema?: JsonSchema | undefined;
}

/** Text that a grammar describes, in GBNF: rules as `root ::= "yes" | "no"`, the whole answer being `root`. */
export interface GrammarFormat {
  readonly type: 'grammar';
  readonly grammar: string;
}

/** The form that an answer has: tokens that would leave it cannot be chosen. */
export type ResponseFormat = JsonFormat | GrammarFormat;
