import type { Tensor } from '@internvl/backend';
import type { KeptLayers } from '@internvl/checkpoint';
import { expectTypeOf, test } from 'vitest';
import type {
  Answer,
  AnswerOptions,
  ByteStore,
  Chat,
  ChatEvent,
  ChatModel,
  Conversation,
  ImageInput,
  LoadOptions,
  LocalChatOptions,
  MemoryPlan,
  MemoryPlanOptions,
  ModelIdentity,
  Part,
  ResponseFormat,
  StoredBytes,
  TileFeatures,
  TokenLogprobs,
  Trace,
  Turn,
} from './index.js';
import {
  finishedAnswer,
  LocalChat,
  type memoryByteStore,
  type memoryWords,
  type planMemory,
} from './index.js';
import type {
  Calibration,
  calibrate,
  folderByteStore,
  freeMemory,
  LayerDrift,
  load,
  memoryPlans,
} from './node.js';

test('events are told apart by their type', () => {
  expectTypeOf<ChatEvent['type']>().toEqualTypeOf<
    'image-tiled' | 'prompt-built' | 'vision-progress' | 'prefill-progress' | 'text-delta' | 'answer-finished'
  >();
  expectTypeOf<Extract<ChatEvent, { type: 'text-delta' }>['text']>().toEqualTypeOf<string>();
  expectTypeOf<Extract<ChatEvent, { type: 'answer-finished' }>['answer']>().toEqualTypeOf<Answer>();
});

test('turns may be written as constants', () => {
  const turns = [
    {
      role: 'user',
      parts: [
        { type: 'image', image: 'a.png' },
        { type: 'text', text: 'What is it?' },
      ],
    },
    { role: 'assistant', parts: [{ type: 'text', text: 'A cat.' }] },
    { role: 'user', parts: [{ type: 'video', frames: [new Uint8Array(1)] }] },
  ] as const;
  expectTypeOf(turns).toExtend<readonly Turn[]>();
  expectTypeOf<{ type: 'image'; image: ImageInput[] }>().toExtend<Part>();
  expectTypeOf<{ type: 'image' }>().not.toExtend<Part>();
  expectTypeOf<{ role: 'system'; parts: [] }>().not.toExtend<Turn>();
});

test('an image is pixels, bytes or a path', () => {
  expectTypeOf<{ data: Uint8ClampedArray; width: number; height: number }>().toExtend<ImageInput>();
  expectTypeOf<Uint8Array>().toExtend<ImageInput>();
  expectTypeOf<string>().toExtend<ImageInput>();
  expectTypeOf<number[]>().not.toExtend<ImageInput>();
});

test('a chat', () => {
  expectTypeOf<Chat['answer']>().returns.toEqualTypeOf<AsyncGenerator<ChatEvent, void, void>>();
  expectTypeOf<Chat['batch']>().returns.resolves.toEqualTypeOf<readonly Answer[]>();
  expectTypeOf<Trace['tensors'][string]>().toEqualTypeOf<Tensor<'float32'>>();
  expectTypeOf<TileFeatures['visualTokens']>().toEqualTypeOf<Tensor<'float32'> | undefined>();
  expectTypeOf(finishedAnswer).returns.resolves.toEqualTypeOf<Answer>();
  expectTypeOf<typeof load>().returns.resolves.toEqualTypeOf<Chat>();
});

test('a loaded model says what it may keep and do at a time', () => {
  expectTypeOf<LoadOptions['parallelAnswers']>().toEqualTypeOf<number | undefined>();
  expectTypeOf(LocalChat).toBeConstructibleWith({} as ChatModel, { parallelAnswers: 1 });
  expectTypeOf<{ prefixCacheBytes: 0; parallelBytes: 1; visionCacheBytes: 2 }>().toExtend<LocalChatOptions>();
});

test('a calibration gives what convert takes', () => {
  expectTypeOf<typeof calibrate>().returns.resolves.toEqualTypeOf<Calibration>();
  expectTypeOf<Calibration['keep']>().toEqualTypeOf<KeptLayers | undefined>();
  expectTypeOf<LayerDrift['part']>().toEqualTypeOf<'vision' | 'llm'>();
});

test('an answer may have a form, and tell how likely its tokens were', () => {
  expectTypeOf<{ type: 'json'; schema: { type: 'object' } }>().toExtend<AnswerOptions['responseFormat']>();
  expectTypeOf<{ type: 'json' }>().toExtend<ResponseFormat>();
  expectTypeOf<{ type: 'grammar'; grammar: string }>().toExtend<ResponseFormat>();
  expectTypeOf<{ type: 'grammar' }>().not.toExtend<ResponseFormat>();
  expectTypeOf<Answer['logprobs']>().toEqualTypeOf<readonly TokenLogprobs[] | undefined>();
  expectTypeOf<TokenLogprobs['bytes']>().toEqualTypeOf<readonly number[]>();
});

test('memory is planned from a description and sizes', () => {
  expectTypeOf<Parameters<typeof planMemory>[1]>().toEqualTypeOf<MemoryPlanOptions>();
  expectTypeOf<ReturnType<typeof planMemory>>().toEqualTypeOf<MemoryPlan>();
  expectTypeOf<ReturnType<typeof memoryWords>>().toBeString();
  expectTypeOf<Awaited<ReturnType<typeof freeMemory>>>().toBeNumber();
  expectTypeOf<Awaited<ReturnType<typeof memoryPlans>>>().toEqualTypeOf<readonly MemoryPlan[]>();
  expectTypeOf<LoadOptions['checkMemory']>().toEqualTypeOf<boolean | undefined>();
});

test('a byte store may be anything', () => {
  expectTypeOf<ReturnType<typeof memoryByteStore>>().toEqualTypeOf<ByteStore>();
  expectTypeOf<Awaited<ReturnType<typeof folderByteStore>>>().toEqualTypeOf<ByteStore>();
  expectTypeOf<Awaited<ReturnType<ByteStore['list']>>>().toEqualTypeOf<readonly StoredBytes[]>();
  expectTypeOf<ChatModel['byteStore']>().toEqualTypeOf<ByteStore | undefined>();
  expectTypeOf<ChatModel['identity']>().toEqualTypeOf<ModelIdentity | undefined>();
});

test('a conversation is saved as bytes and restored from bytes', () => {
  expectTypeOf<Conversation['save']>().returns.resolves.toEqualTypeOf<Uint8Array<ArrayBuffer>>();
  expectTypeOf<Chat['restore']>().parameter(0).toEqualTypeOf<Uint8Array>();
  expectTypeOf<Chat['restore']>().returns.resolves.toEqualTypeOf<Conversation>();
  expectTypeOf<NonNullable<Parameters<Chat['restore']>[1]>>().not.toHaveProperty('history');
});
