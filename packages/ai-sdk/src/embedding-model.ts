import { type EmbeddingModelV3, UnsupportedFunctionalityError } from '@ai-sdk/provider';
import { InternVLError } from '@internvl/backend';
import { type EmbedImageOptions, embedImage } from '@internvl/chat';
import { type ChatSource, oneChat } from './chat-source.js';
import { dataUrlBytes } from './images.js';

export interface EmbeddingModelOptions extends Pick<EmbedImageOptions, 'pooling'> {
  /** Name for logs; `internvl` by default. */
  readonly modelId?: string | undefined;
}

/**
 * The vision encoder of a chat as an embedding model for images: a value is the `data:` URL of an image, its embedding a
 * vector `[width]` of unit length. Text has no embedding in an InternVL, and is refused with
 * `UnsupportedFunctionalityError`. Not over a remote chat (`remote-unsupported`). `providerOptions.internvl.pooling` is
 * `mean` or `class`.
 */
export function embeddingModel(
  source: ChatSource,
  { modelId = 'internvl', pooling = 'mean' }: EmbeddingModelOptions = {},
): EmbeddingModelV3 {
  const chatOf = oneChat(source);
  return {
    specificationVersion: 'v3',
    provider: 'internvl',
    modelId,
    maxEmbeddingsPerCall: undefined,
    supportsParallelCalls: true,
    async doEmbed({ values, abortSignal, providerOptions }) {
      abortSignal?.throwIfAborted();
      const wanted = poolingOf(providerOptions?.internvl?.pooling) ?? pooling;
      const images = values.map(imageOf);
      const chat = await chatOf();
      const embeddings: number[][] = [];
      for (const image of images) {
        embeddings.push([...(await embedImage(chat, image, { pooling: wanted, signal: abortSignal }))]);
      }
      return { embeddings, warnings: [] };
    },
  };
}

function imageOf(value: string): Uint8Array {
  if (/^data:image\//i.test(value)) return dataUrlBytes(value);
  throw new UnsupportedFunctionalityError({
    functionality: 'embedding of text',
    message: 'Expected the data: URL of an image, got text; the encoder of an InternVL reads images alone.',
  });
}

function poolingOf(value: unknown): EmbedImageOptions['pooling'] {
  if (value === undefined || value === 'mean' || value === 'class') return value;
  throw new InternVLError(
    'invalid-option',
    `Expected providerOptions.internvl.pooling as 'mean' or 'class', got ${JSON.stringify(value)}; change it.`,
    { option: 'pooling', value },
  );
}
