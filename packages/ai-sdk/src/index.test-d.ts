import type { EmbeddingModelV3, LanguageModelV3 } from '@ai-sdk/provider';
import type { Chat } from '@internvl/chat';
import type * as ai6 from 'ai6';
import type * as ai7 from 'ai7';
import { expectTypeOf, test } from 'vitest';
import { createInternVL, embeddingModel, type InternVLProviderOptions, languageModel } from './index.js';

declare const chat: Chat;

test('models are of version 3, and models of ai 6 and ai 7', () => {
  const model = languageModel(chat);
  expectTypeOf(model).toEqualTypeOf<LanguageModelV3>();
  expectTypeOf(model).toExtend<ai6.LanguageModel>();
  expectTypeOf(model).toExtend<ai7.LanguageModel>();
  expectTypeOf(languageModel(async () => chat, { urls: 'pass' }).specificationVersion).toEqualTypeOf<'v3'>();
  const embedding = embeddingModel(chat, { pooling: 'class' });
  expectTypeOf(embedding).toEqualTypeOf<EmbeddingModelV3>();
  expectTypeOf(embedding).toExtend<ai6.EmbeddingModel>();
  expectTypeOf(embedding).toExtend<ai7.EmbeddingModel>();
});

test('a provider is callable and fits registries', () => {
  const provider = createInternVL({ models: { nano: chat } });
  expectTypeOf(provider('nano')).toEqualTypeOf<LanguageModelV3>();
  expectTypeOf(provider).toExtend<Parameters<typeof ai6.createProviderRegistry>[0][string]>();
  expectTypeOf(provider).toExtend<Parameters<typeof ai7.createProviderRegistry>[0][string]>();
});

test('what is no chat is refused', () => {
  // @ts-expect-error a model is no chat
  languageModel('nano');
  // @ts-expect-error no such way with URLs
  languageModel(chat, { urls: 'allow' });
  expectTypeOf<InternVLProviderOptions['maxTiles']>().toEqualTypeOf<number | readonly number[] | undefined>();
});
