import { inverseFrequencies } from './inverse-frequencies.js';
import type { Rope } from './rope.js';

/** The rotation that holds at one length of a conversation. */
export interface Rotation {
  /** Equal for lengths that rotate alike; keys in a cache may be reused only under the same one. */
  readonly key: number;
  /** Radians per position, `[headSize / 2]`, float32 as torch computes it. */
  readonly inverseFrequencies: Float32Array;
  /** Positions are divided by this before anything else (`linear`), else 1. */
  readonly divisor: number;
  /** Cosine and sine are multiplied by this (`longrope`), else 1. */
  readonly scale: number;
}

/** Gives the rotation for a conversation of so many tokens, the whole prompt counted whatever chunk is run. */
export interface Rotations {
  keyOf(tokens: number): number;
  of(tokens: number): Rotation;
  /**
   * Tokens that count when a conversation of `tokens` was at `longest` before: dynamic NTK never goes back to a
   * smaller base within one conversation, the other types look at the present length alone.
   */
  reach(tokens: number, longest: number): number;
}

/**
 * Rotations of a model.
 *
 * Source: InternLM2 `modeling_internlm2.py` (default, linear, dynamic), Phi-3 `modeling_phi3.py` (su, yarn),
 * transformers `modeling_rope_utils.py` (llama3); spec §3.3, §3.4.
 */
export function rotations(rope: Rope, headSize: number): Rotations {
  const keyOf = keyRule(rope);
  const scale = Math.fround(rotationScale(rope));
  const divisor = rope.type === 'linear' ? Math.fround(rope.factor) : 1;
  let latest: Rotation | undefined;
  return {
    keyOf,
    of(tokens) {
      const key = keyOf(tokens);
      if (latest?.key !== key) {
        latest = { key, inverseFrequencies: inverseFrequencies(rope, headSize, tokens), divisor, scale };
      }
      return latest;
    },
    reach: rope.type === 'dynamic' ? Math.max : (tokens) => tokens,
  };
}

function keyRule(rope: Rope): (tokens: number) => number {
  if (rope.type === 'dynamic') return (tokens) => (tokens > rope.maxPositions ? tokens : 0);
  if (rope.type === 'longrope') return (tokens) => (tokens > rope.originalMaxPositions ? 1 : 0);
  return () => 0;
}

function rotationScale(rope: Rope): number {
  if (rope.type !== 'longrope') return 1;
  const stretch = rope.maxPositions / rope.originalMaxPositions;
  if (stretch <= 1) return 1;
  return rope.kind === 'su'
    ? Math.sqrt(1 + Math.log(stretch) / Math.log(rope.originalMaxPositions))
    : 0.1 * Math.log(stretch) + 1;
}
