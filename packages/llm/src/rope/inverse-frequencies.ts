import type { Rope } from './rope.js';

const float32 = Math.fround;

/**
 * Radians per position, `[headSize / 2]`, for a conversation of `tokens` tokens. Every step is rounded to float32
 * where torch rounds it, so that positions of tens of thousands still meet the reference.
 */
export function inverseFrequencies(rope: Rope, headSize: number, tokens: number): Float32Array {
  if (rope.type === 'longrope') {
    const factors = tokens > rope.originalMaxPositions ? rope.longFactor : rope.shortFactor;
    return powers(rope.theta, headSize, (power, index) => float32(float32(factors[index]!) * power));
  }
  const theta = rope.type === 'dynamic' ? dynamicTheta(rope, headSize, tokens) : rope.theta;
  const frequencies = powers(theta, headSize, (power) => power);
  return rope.type === 'llama3' ? frequencies.map((frequency) => llama3(rope, frequency)) : frequencies;
}

/** `1 / adjust(theta ^ (2i / headSize))`. */
function powers(
  theta: number,
  headSize: number,
  adjust: (power: number, index: number) => number,
): Float32Array {
  const base = float32(theta);
  return Float32Array.from({ length: headSize / 2 }, (_, index) => {
    const exponent = float32((2 * index) / headSize);
    return 1 / adjust(float32(base ** exponent), index);
  });
}

/** The base that dynamic NTK uses for a conversation of `tokens` tokens, in double precision as Python has it. */
export function dynamicTheta(
  rope: Extract<Rope, { type: 'dynamic' }>,
  headSize: number,
  tokens: number,
): number {
  if (tokens <= rope.maxPositions) return rope.theta;
  const growth = (rope.factor * tokens) / rope.maxPositions - (rope.factor - 1);
  return rope.theta * growth ** (headSize / (headSize - 2));
}

function llama3(rope: Extract<Rope, { type: 'llama3' }>, frequency: number): number {
  const { factor, lowFreqFactor, highFreqFactor, originalMaxPositions } = rope;
  const wavelength = float32(float32(1 / frequency) * float32(2 * Math.PI));
  if (wavelength < originalMaxPositions / highFreqFactor) return frequency;
  if (wavelength > originalMaxPositions / lowFreqFactor) return float32(frequency / factor);
  const periods = float32(float32(1 / wavelength) * originalMaxPositions);
  const smooth = float32(float32(periods - lowFreqFactor) / (highFreqFactor - lowFreqFactor));
  const stretched = float32(float32(float32(1 - smooth) * frequency) / factor);
  return float32(stretched + float32(smooth * frequency));
}
