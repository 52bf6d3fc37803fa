import { hostTensor, type Tensor } from '@internvl/backend';

/** A float32 tensor on its way: numbers and shape without methods. */
export interface WireTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** Takes a tensor apart; fetches it first where it lies on a device. */
export async function toWireTensor(tensor: Tensor<'float32'>): Promise<WireTensor> {
  return { dims: tensor.dims, data: await tensor.getData() };
}

export function fromWireTensor({ dims, data }: WireTensor): Tensor<'float32'> {
  return hostTensor('float32', data, dims);
}

/** The buffers under tensors, each once: views of one buffer move together. */
export function buffersOf(tensors: Iterable<WireTensor>): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { data } of tensors) if (data.buffer instanceof ArrayBuffer) buffers.add(data.buffer);
  return [...buffers];
}
