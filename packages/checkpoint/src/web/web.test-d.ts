import type { Backend, ModelSource } from '@internvl/backend';
import { expectTypeOf, test } from 'vitest';
import type { Checkpoint } from '../index.js';
import {
  type LoadedGraph,
  type ModelStore,
  modelStore,
  openCheckpoint,
  type StoredConvertedModel,
  type StoredModel,
  type WebModel,
} from '../web.js';

test('a browser opens what Node opens, from other places', () => {
  expectTypeOf(openCheckpoint).returns.resolves.toEqualTypeOf<Checkpoint>();
  expectTypeOf<'OpenGVLab/InternVL2-1B'>().toExtend<WebModel>();
  expectTypeOf<FileSystemDirectoryHandle>().toExtend<WebModel>();
  expectTypeOf<File[]>().toExtend<WebModel>();
  expectTypeOf<{ baseUrl: string }>().toExtend<WebModel>();
  expectTypeOf(openCheckpoint).toBeCallableWith('a/b', { token: undefined, signal: undefined });
});

test('a store converts a checkpoint from anywhere', () => {
  expectTypeOf(modelStore).returns.resolves.toEqualTypeOf<ModelStore>();
  expectTypeOf<ModelStore['convert']>().parameter(0).toEqualTypeOf<Checkpoint>();
  expectTypeOf<ModelStore['convert']>().returns.resolves.toEqualTypeOf<StoredConvertedModel>();
  expectTypeOf<StoredModel>().toHaveProperty('complete').toBeBoolean();
});

test('a graph of the store is what a backend loads', () => {
  expectTypeOf<StoredConvertedModel['vision']>().returns.resolves.toEqualTypeOf<LoadedGraph>();
  expectTypeOf<LoadedGraph>().toExtend<ModelSource>();
  expectTypeOf<Backend['load']>().parameter(0).toExtend<ModelSource>();
  expectTypeOf<StoredConvertedModel['decoder']>().extract<undefined>().toBeUndefined();
});
