import type { Graph, Tensor } from '@internvl/backend';
import { expectTypeOf, test } from 'vitest';
import { type PixelValues, type TileFeatures, type TileWriter, VisionEncoder } from './index.js';

test('what goes in and what comes out', () => {
  expectTypeOf(VisionEncoder).toBeConstructibleWith({} as Graph, { tilesPerRun: 4 });
  expectTypeOf<Tensor<'float32'>>().toExtend<PixelValues>();
  expectTypeOf<Float32Array[]>().toExtend<PixelValues>();
  expectTypeOf<AsyncGenerator<Float32Array>>().toExtend<PixelValues>();
  expectTypeOf<TileWriter[]>().toExtend<PixelValues>();
  expectTypeOf<TileWriter>().parameter(0).toEqualTypeOf<Float32Array<ArrayBuffer>>();
  expectTypeOf<Tensor<'float16'>>().not.toExtend<PixelValues>();
  expectTypeOf<TileFeatures['classEmbedding']>().toEqualTypeOf<Tensor<'float32'>>();
  expectTypeOf<TileFeatures['visualTokens']>().toEqualTypeOf<Tensor<'float32'> | undefined>();
  expectTypeOf<VisionEncoder['features']>().returns.toEqualTypeOf<AsyncGenerator<TileFeatures, void, void>>();
});
