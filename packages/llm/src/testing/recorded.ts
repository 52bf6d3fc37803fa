import { readFileSync } from 'node:fs';
import type { Rope } from '../rope/rope.js';

/** What `recorded/record.py` wrote. */
export interface Records {
  rope: readonly {
    readonly name: string;
    readonly rope: Rope;
    readonly headSize: number;
    readonly tokens: number;
    readonly positions: readonly number[];
    readonly inverseFrequencies: readonly number[];
    readonly cos: readonly (readonly number[])[];
    readonly sin: readonly (readonly number[])[];
  }[];
  warp: readonly {
    readonly options: {
      readonly temperature?: number;
      readonly topK?: number;
      readonly topP?: number;
      readonly minP?: number;
      readonly repetitionPenalty?: number;
    };
    readonly logits: readonly number[];
    readonly history: readonly number[];
    readonly kept: readonly number[];
    readonly scores: readonly number[];
  }[];
  beams: {
    readonly vocabulary: number;
    readonly stopIds: readonly number[];
    readonly maxNewTokens: number;
    readonly table: readonly number[];
    readonly runs: readonly {
      readonly prompt: readonly number[];
      readonly beams: number;
      readonly lengthPenalty: number;
      readonly earlyStopping: boolean | 'never';
      readonly repetitionPenalty: number;
      readonly minNewTokens: number;
      readonly ids: readonly (readonly number[])[];
      readonly scores: readonly number[] | null;
    }[];
  };
}

/** Reads a record. */
export function recorded<Name extends keyof Records>(name: Name): Records[Name] {
  return JSON.parse(readFileSync(new URL(`recorded/${name}.json`, import.meta.url), 'utf8'));
}
