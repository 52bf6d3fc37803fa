import { expectTypeOf, test } from 'vitest';
import type { ModelConfig } from '../model-config.js';
import type { Checkpoint } from '../source/checkpoint.js';
import { type TritonModel, writeTritonRepository } from '../triton/write-repository.js';
import { type ConvertOptions, convert, convertCached } from './convert.js';
import type { ConvertedModel } from './converted-model.js';

test('conversion takes a checkpoint and gives a folder that stands by itself', () => {
  expectTypeOf(convert).parameter(0).toEqualTypeOf<Checkpoint>();
  expectTypeOf(convertCached).returns.toEqualTypeOf<Promise<ConvertedModel>>();
  expectTypeOf<ConvertedModel['config']>().toEqualTypeOf<ModelConfig>();
  expectTypeOf<ConvertedModel['vision']>().returns.toEqualTypeOf<Promise<string>>();
  expectTypeOf<ConvertedModel['decoder']>().toEqualTypeOf<string | undefined>();
});

test('precisions are known names, for all or for each part', () => {
  expectTypeOf<'fp16'>().toExtend<ConvertOptions['precision']>();
  expectTypeOf<{ llm: 'fp16' }>().toExtend<ConvertOptions['precision']>();
  expectTypeOf<'int8' | 'q8' | 'q4'>().toExtend<ConvertOptions['precision']>();
  expectTypeOf<{ vision: 'int8'; llm: 'q4' }>().toExtend<ConvertOptions['precision']>();
  expectTypeOf<{ llm: string[] }>().toExtend<ConvertOptions['keep']>();
  expectTypeOf<'fp8'>().not.toExtend<ConvertOptions['precision']>();
});

test('a converted model is laid out for Triton', () => {
  expectTypeOf(writeTritonRepository).parameter(0).toEqualTypeOf<ConvertedModel>();
  expectTypeOf(writeTritonRepository).returns.resolves.toEqualTypeOf<readonly TritonModel[]>();
});
