import { expectTypeOf, test } from 'vitest';
import {
  type Checkpoint,
  type ModelConfig,
  type Rope,
  type readBlocks,
  readConfig,
  type TensorBlock,
  type TensorSource,
} from '../index.js';
import { openCheckpoint, resolveModel } from '../node.js';

test('a checkpoint is read by name, as float32', () => {
  expectTypeOf(openCheckpoint).returns.resolves.toEqualTypeOf<Checkpoint>();
  expectTypeOf<Checkpoint['weights']>().toEqualTypeOf<TensorSource>();
  expectTypeOf<TensorSource['readRows']>().returns.resolves.toEqualTypeOf<Float32Array<ArrayBuffer>>();
  expectTypeOf<ReturnType<typeof readBlocks>>().toExtend<AsyncIterable<TensorBlock>>();
});

test('a description is plain JSON and tells apart what it may lack', () => {
  expectTypeOf(readConfig).parameter(0).toHaveProperty('config').toBeUnknown();
  expectTypeOf<ModelConfig['llm']>().extract<undefined>().toBeUndefined();
  expectTypeOf<ModelConfig['layout']>().toEqualTypeOf<'original' | 'native' | 'vision-only'>();
  expectTypeOf<Extract<Rope, { type: 'dynamic' }>>().toHaveProperty('maxPositions').toBeNumber();
});

test('a signal may be left out or undefined', () => {
  expectTypeOf(resolveModel).toBeCallableWith('a/b', { signal: undefined });
  expectTypeOf(openCheckpoint).toBeCallableWith('a/b');
});
