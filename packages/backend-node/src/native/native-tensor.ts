import type { DType, TensorData } from '@internvl/backend';
import type { OrtTensor } from '@internvl/backend/ort';

/** An array of JavaScript that the library reads and writes where it lies. */
export class NativeTensor implements OrtTensor {
  readonly type: DType;
  readonly data: TensorData[DType];
  readonly dims: readonly number[];
  readonly location = 'cpu';

  constructor(type: DType, data: TensorData[DType], dims: readonly number[]) {
    this.type = type;
    this.data = data;
    this.dims = dims;
  }

  async getData(): Promise<TensorData[DType]> {
    return this.data;
  }

  /** Nothing: the array goes when nobody holds it. */
  dispose(): void {}
}
