import type { Capabilities, Graph, Tensor } from '@internvl/backend';
import { expectTypeOf, test } from 'vitest';
import {
  type BatchEvent,
  type Beam,
  beamSearch,
  type FinishReason,
  type GenerateEvent,
  generate,
  generateBatch,
  type KeptPrefix,
  LanguageModel,
  type LanguageModelSpec,
  type Prompt,
  type Rope,
  RunningBatch,
  type RunningEvent,
  type Sequence,
} from './index.js';

declare const model: LanguageModel;
declare const prompt: Prompt;

test('a model is made of capabilities, two graphs and a spec', () => {
  expectTypeOf(LanguageModel).toBeConstructibleWith({
    capabilities: {} as Capabilities,
    embed: {} as Graph,
    decoder: {} as Graph,
    spec: {} as LanguageModelSpec,
  });
  expectTypeOf(model.sequence()).toEqualTypeOf<Sequence>();
  expectTypeOf(model.prefill).returns.resolves.toEqualTypeOf<Float32Array>();
});

test('a prompt takes typed arrays and one or several tensors', () => {
  expectTypeOf<Int32Array>().toExtend<Prompt['ids']>();
  expectTypeOf<Tensor<'float32'>>().toExtend<Prompt['visualTokens']>();
  expectTypeOf<Tensor<'float32'>[]>().toExtend<Prompt['visualTokens']>();
  expectTypeOf<Tensor<'float16'>>().not.toExtend<Prompt['visualTokens']>();
});

test('events are a discriminated union', () => {
  expectTypeOf(generate(model, prompt)).toExtend<AsyncIterable<GenerateEvent>>();
  expectTypeOf<GenerateEvent['type']>().toEqualTypeOf<'prefill-progress' | 'token' | 'finish'>();
  expectTypeOf<Extract<GenerateEvent, { type: 'finish' }>['reason']>().toEqualTypeOf<FinishReason>();
  expectTypeOf(generateBatch(model, [{ prompt, temperature: 1 }])).toExtend<AsyncIterable<BatchEvent>>();
  expectTypeOf<BatchEvent['row']>().toEqualTypeOf<number>();
});

test('a running batch tells first what it had', () => {
  const running = new RunningBatch(model, { parallelAnswers: 4 });
  const hold = running.hold();
  expectTypeOf(running.generate(prompt, { hold, visualNames: ['a', undefined] })).toExtend<
    AsyncIterable<RunningEvent>
  >();
  expectTypeOf<RunningEvent>().toExtend<GenerateEvent | { type: 'started'; cachedTokens: number }>();
  // @ts-expect-error a running batch has caches of its own
  running.generate(prompt, { sequence: model.sequence() });
});

test('what is kept of an answer may be taken up elsewhere', () => {
  const running = new RunningBatch(model);
  const hold = running.hold();
  expectTypeOf(running.kept(hold)).resolves.toEqualTypeOf<KeptPrefix | undefined>();
  expectTypeOf(running.restore).parameter(0).toEqualTypeOf<KeptPrefix>();
});

test('beam search needs beams', () => {
  expectTypeOf(beamSearch(model, prompt, { beams: { count: 2 } })).resolves.toEqualTypeOf<readonly Beam[]>();
  // @ts-expect-error beams are missing
  beamSearch(model, prompt, { maxNewTokens: 1 });
});

test('rope types carry what they need', () => {
  expectTypeOf<Rope['type']>().toEqualTypeOf<'default' | 'linear' | 'dynamic' | 'llama3' | 'longrope'>();
});
