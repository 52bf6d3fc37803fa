/**
 * How positions turn into rotations, one member per type that the family's checkpoints use. `theta` is the base;
 * every other field is the one of the same meaning in `config.json`.
 */
export type Rope =
  | { readonly type: 'default'; readonly theta: number }
  /** Positions divided by `factor`. */
  | { readonly type: 'linear'; readonly theta: number; readonly factor: number }
  /** InternLM2's dynamic NTK: past `maxPositions` tokens the base grows with the length of the conversation. */
  | {
      readonly type: 'dynamic';
      readonly theta: number;
      readonly factor: number;
      readonly maxPositions: number;
    }
  /** Llama 3.1: long wavelengths stretched, short ones kept, a ramp between. */
  | {
      readonly type: 'llama3';
      readonly theta: number;
      readonly factor: number;
      readonly lowFreqFactor: number;
      readonly highFreqFactor: number;
      readonly originalMaxPositions: number;
    }
  /** Phi-3's `su` and `yarn`: one set of factors up to `originalMaxPositions` tokens, another beyond. */
  | {
      readonly type: 'longrope';
      readonly theta: number;
      readonly shortFactor: readonly number[];
      readonly longFactor: readonly number[];
      readonly originalMaxPositions: number;
      readonly maxPositions: number;
      readonly kind: 'su' | 'yarn';
    };
