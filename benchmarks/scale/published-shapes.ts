import { internvl2Size1B, type ModelShape } from '../full-size/shape.js';

const vit300M = internvl2Size1B.vision;
const vit6B = { width: 3200, layers: 45, heads: 25, mlpWidth: 12800, imageSize: 448, patchSize: 14 } as const;

/** Sizes of published checkpoints, from their `config.json`. */
export const publishedShapes: Readonly<Record<string, ModelShape>> = {
  'InternVL2-1B': internvl2Size1B,
  'InternVL2-2B': {
    vision: vit300M,
    llm: {
      hidden: 2048,
      layers: 24,
      heads: 16,
      kvHeads: 8,
      headSize: 128,
      mlpWidth: 8192,
      vocabulary: 92553,
    },
  },
  'InternVL2-8B': {
    vision: vit300M,
    llm: {
      hidden: 4096,
      layers: 32,
      heads: 32,
      kvHeads: 8,
      headSize: 128,
      mlpWidth: 14336,
      vocabulary: 92553,
    },
  },
  'InternVL2-26B': {
    vision: vit6B,
    llm: {
      hidden: 6144,
      layers: 48,
      heads: 48,
      kvHeads: 8,
      headSize: 128,
      mlpWidth: 16384,
      vocabulary: 92553,
    },
  },
};
