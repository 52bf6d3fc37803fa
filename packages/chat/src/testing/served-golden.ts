import type { LanguageModelSpec } from '@internvl/llm';

/** A recorded run, as a browser test gets it. */
export interface ServedRun {
  readonly run: string;
  readonly promptIds: readonly number[];
  readonly ids: readonly number[];
  readonly endTokenId: number;
  readonly tokensPerTile: number;
  readonly maxNewTokens: number;
  /** Address of the recorded tensors. */
  readonly tensors: string;
}

/** A converted checkpoint by the addresses of its files, and what the reference did with it. */
export interface ServedGolden {
  readonly name: string;
  readonly spec: LanguageModelSpec;
  readonly vision: string;
  readonly embed: string;
  readonly decoder: string;
  readonly weights: { readonly name: string; readonly address: string };
  readonly runs: readonly ServedRun[];
}

declare module 'vitest' {
  interface ProvidedContext {
    goldens: readonly ServedGolden[];
  }
}
