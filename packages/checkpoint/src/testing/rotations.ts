import type { LlmConfig } from '../model-config.js';

/** Cosines and sines `[positions, columns]` for a conversation of `total` tokens; columns without a frequency turn nothing. */
export function rotations(
  llm: LlmConfig,
  positions: readonly number[],
  total: number,
  columns: number,
): { cos: Float32Array; sin: Float32Array } {
  const frequencies = inverseFrequencies(llm, total);
  const scale = attentionScale(llm);
  const cos = new Float32Array(positions.length * columns).fill(1);
  const sin = new Float32Array(positions.length * columns);
  for (const [row, position] of positions.entries()) {
    for (const [index, frequency] of frequencies.entries()) {
      const angle = Math.fround(position * frequency);
      cos[row * columns + index] = Math.cos(angle) * scale;
      sin[row * columns + index] = Math.sin(angle) * scale;
    }
  }
  return { cos, sin };
}

function inverseFrequencies({ rope, headSize }: LlmConfig, total: number): Float32Array {
  const powers = (theta: number, adjust = (power: number, _index: number) => power) =>
    Float32Array.from(
      { length: headSize / 2 },
      (_, index) => 1 / adjust(theta ** ((2 * index) / headSize), index),
    );
  switch (rope.type) {
    case 'longrope': {
      const factors = total > rope.originalMaxPositions ? rope.longFactor : rope.shortFactor;
      return powers(rope.theta, (power, index) => power * factors[index]!);
    }
    case 'dynamic': {
      if (total <= rope.maxPositions) return powers(rope.theta);
      const growth = (rope.factor * total) / rope.maxPositions - (rope.factor - 1);
      return powers(rope.theta * growth ** (headSize / (headSize - 2)));
    }
    case 'linear':
      return powers(rope.theta, (power) => power * rope.factor);
    case 'default':
      return powers(rope.theta);
    case 'llama3':
      throw new Error('no golden has this rope');
  }
}

function attentionScale({ rope }: LlmConfig): number {
  if (rope.type !== 'longrope') return 1;
  const stretch = rope.maxPositions / rope.originalMaxPositions;
  return Math.sqrt(1 + Math.log(stretch) / Math.log(rope.originalMaxPositions));
}
