import type {
  EmbeddingModelV3,
  LanguageModelV3,
  ProviderV3,
  SharedV3ProviderOptions,
} from '@ai-sdk/provider';
import * as ai6 from 'ai6';
import * as ai7 from 'ai7';
import type { z } from 'zod';

interface Message {
  role: 'user';
  content: ({ type: 'text'; text: string } | { type: 'image'; image: Uint8Array | URL })[];
}

/** What the tests ask of the AI SDK, in either version. */
export interface TextCall {
  model: LanguageModelV3;
  messages: Message[];
  maxOutputTokens?: number;
  maxRetries?: number;
  abortSignal?: AbortSignal;
}

type Download = (
  files: { url: URL; isUrlSupportedByModel: boolean }[],
) => PromiseLike<{ data: Uint8Array; mediaType: string }[]>;

interface Usage {
  inputTokens: number | undefined;
  outputTokens: number | undefined;
  inputTokenDetails: { noCacheTokens: number | undefined; cacheReadTokens: number | undefined };
}

/** A version of the AI SDK, by what the tests need of it: the two have types that no call satisfies at once. */
export interface AiVersion {
  readonly name: string;
  generateText(
    call: TextCall & { experimental_download?: Download },
  ): PromiseLike<{ text: string; finishReason: string; usage: Usage }>;
  streamText(call: TextCall): {
    textStream: AsyncIterable<string>;
    fullStream: AsyncIterable<{ type: string }>;
    finishReason: PromiseLike<string>;
    usage: PromiseLike<Usage>;
    providerMetadata: PromiseLike<Readonly<Record<string, unknown>> | undefined>;
  };
  /** By `generateObject`, by `generateText` with an output, and by `streamObject`. */
  objects<T>(call: TextCall, schema: z.ZodType<T>): Promise<unknown[]>;
  embed(call: {
    model: EmbeddingModelV3;
    value: string;
    providerOptions?: SharedV3ProviderOptions;
  }): PromiseLike<{ embedding: number[] }>;
  embedMany(call: { model: EmbeddingModelV3; values: string[] }): PromiseLike<{ embeddings: number[][] }>;
  /** Asks `PROVIDER:MODEL` of a registry. */
  askRegistry(providers: Record<string, ProviderV3>, id: `${string}:${string}`): Promise<string>;
  embedByRegistry(
    providers: Record<string, ProviderV3>,
    id: `${string}:${string}`,
    value: string,
  ): Promise<number[]>;
}

const onError = () => {};

const six: AiVersion = {
  name: 'ai 6',
  generateText: (call) => ai6.generateText(call),
  streamText: (call) => ai6.streamText({ ...call, onError }),
  objects: async (call, schema) => {
    const { object } = await ai6.generateObject({ ...call, schema });
    const { output } = await ai6.generateText({ ...call, output: ai6.Output.object({ schema }) });
    const stream = ai6.streamObject({ ...call, schema });
    let last: unknown;
    for await (const partial of stream.partialObjectStream) last = partial;
    return [object, output, last, await stream.object];
  },
  embed: (call) => ai6.embed(call),
  embedMany: (call) => ai6.embedMany(call),
  askRegistry: async (providers, id) => {
    const model = ai6.createProviderRegistry(providers).languageModel(id);
    return (await ai6.generateText({ model, prompt: '?' })).text;
  },
  embedByRegistry: async (providers, id, value) => {
    const model = ai6.createProviderRegistry(providers).embeddingModel(id);
    return (await ai6.embed({ model, value })).embedding;
  },
};

const seven: AiVersion = {
  name: 'ai 7',
  generateText: (call) => ai7.generateText(call),
  streamText: (call) => ai7.streamText({ ...call, onError }),
  objects: async (call, schema) => {
    const { object } = await ai7.generateObject({ ...call, schema });
    const { output } = await ai7.generateText({ ...call, output: ai7.Output.object({ schema }) });
    const stream = ai7.streamObject({ ...call, schema });
    let last: unknown;
    for await (const partial of stream.partialObjectStream) last = partial;
    return [object, output, last, await stream.object];
  },
  embed: (call) => ai7.embed(call),
  embedMany: (call) => ai7.embedMany(call),
  askRegistry: async (providers, id) => {
    const model = ai7.createProviderRegistry(providers).languageModel(id);
    return (await ai7.generateText({ model, prompt: '?' })).text;
  },
  embedByRegistry: async (providers, id, value) => {
    const model = ai7.createProviderRegistry(providers).embeddingModel(id);
    return (await ai7.embed({ model, value })).embedding;
  },
};

export const aiVersions: readonly AiVersion[] = [six, seven];
