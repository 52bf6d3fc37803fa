/** Kinds of tensors in GGUF files that are written or read here, with their numbers. Source: `ggml.h` of llama.cpp. */
export const ggufTypes = { F32: 0, F16: 1, Q4_0: 2, Q4_1: 3, Q8_0: 8 } as const;

export type GgufType = keyof typeof ggufTypes;

/** Neighbours in a row that share a scale. */
export const blockSize = 32;

/** Bytes of a block of 32 weights. */
export const blockBytes: Readonly<Record<GgufType, number>> = {
  F32: 128,
  F16: 64,
  Q4_0: 18,
  Q4_1: 20,
  Q8_0: 34,
};

/** Bytes of a tensor of so many weights; quantised ones come in whole blocks. */
export function bytesOf(type: GgufType, elements: number): number {
  const bytes = (elements * blockBytes[type]) / blockSize;
  if (!Number.isInteger(bytes) || (type.startsWith('Q') && elements % blockSize !== 0)) {
    throw new Error(`${elements} weights are no whole number of blocks of ${type}`);
  }
  return bytes;
}
