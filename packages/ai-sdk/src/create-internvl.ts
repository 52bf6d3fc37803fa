import {
  type EmbeddingModelV3,
  type LanguageModelV3,
  NoSuchModelError,
  type ProviderV3,
} from '@ai-sdk/provider';
import { type ChatSource, oneChat } from './chat-source.js';
import { type EmbeddingModelOptions, embeddingModel } from './embedding-model.js';
import { type LanguageModelOptions, languageModel } from './language-model.js';

export interface InternVLOptions
  extends Pick<LanguageModelOptions, 'urls'>,
    Pick<EmbeddingModelOptions, 'pooling'> {
  /** Chats by the name of their model; a function is called when its model is first used. */
  readonly models: Readonly<Record<string, ChatSource>>;
}

/** Models by name; called as a function it gives a language model. */
export interface InternVLProvider extends ProviderV3 {
  (modelId: string): LanguageModelV3;
}

/**
 * A provider of the AI SDK over chats, for its registries. Its methods throw `NoSuchModelError` for a name that is not
 * among `models`, and for kinds of models there are none of.
 */
export function createInternVL({ models, urls, pooling }: InternVLOptions): InternVLProvider {
  // However many models are made of a name, its chat is got once.
  const chats = new Map(Object.entries(models).map(([name, source]) => [name, oneChat(source)]));
  const named = (modelId: string, modelType: 'languageModel' | 'embeddingModel'): ChatSource => {
    const source = chats.get(modelId);
    if (source) return source;
    const message = `Expected a model of ${[...chats.keys()].join(', ') || 'none'}, got '${modelId}'; name one of them.`;
    throw new NoSuchModelError({ modelId, modelType, message });
  };
  const language = (modelId: string): LanguageModelV3 =>
    languageModel(named(modelId, 'languageModel'), { modelId, urls });
  const embedding = (modelId: string): EmbeddingModelV3 =>
    embeddingModel(named(modelId, 'embeddingModel'), { modelId, pooling });
  return Object.assign((modelId: string) => language(modelId), {
    specificationVersion: 'v3' as const,
    languageModel: language,
    embeddingModel: embedding,
    imageModel(modelId: string): never {
      throw new NoSuchModelError({ modelId, modelType: 'imageModel' });
    },
  });
}
