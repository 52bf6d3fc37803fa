import type { TileFeatures, Trace } from '../chat.js';
import type { WireFeatures, WireTrace } from './protocol.js';
import { buffersOf, fromWireTensor, toWireTensor, type WireTensor } from './wire-tensor.js';

/** A value and the buffers in it that may move instead of being copied. */
export interface Outgoing<T> {
  readonly value: T;
  readonly transfer: readonly ArrayBuffer[];
}

export async function toWireFeatures(features: TileFeatures): Promise<Outgoing<WireFeatures>> {
  const { classEmbedding, patchEmbeddings, visualTokens, ...rest } = features;
  const tensors = await Promise.all([classEmbedding, patchEmbeddings].map(toWireTensor));
  const tokens = visualTokens && (await toWireTensor(visualTokens));
  return {
    value: {
      ...rest,
      classEmbedding: tensors[0]!,
      patchEmbeddings: tensors[1]!,
      ...(tokens && { visualTokens: tokens }),
    },
    transfer: buffersOf(tokens ? [...tensors, tokens] : tensors),
  };
}

export function fromWireFeatures(wire: WireFeatures): TileFeatures {
  const { classEmbedding, patchEmbeddings, visualTokens, ...rest } = wire;
  return {
    ...rest,
    classEmbedding: fromWireTensor(classEmbedding),
    patchEmbeddings: fromWireTensor(patchEmbeddings),
    ...(visualTokens && { visualTokens: fromWireTensor(visualTokens) }),
  };
}

export async function toWireTrace({ answer, tensors }: Trace): Promise<Outgoing<WireTrace>> {
  const wired: Record<string, WireTensor> = {};
  for (const [name, tensor] of Object.entries(tensors)) wired[name] = await toWireTensor(tensor);
  return { value: { answer, tensors: wired }, transfer: buffersOf(Object.values(wired)) };
}

export function fromWireTrace({ answer, tensors }: WireTrace): Trace {
  return {
    answer,
    tensors: Object.fromEntries(Object.entries(tensors).map(([name, wire]) => [name, fromWireTensor(wire)])),
  };
}
