import { embedImage } from '@internvl/chat';
import { badRequest } from '../api-error.js';
import type { Exchange } from '../exchange.js';
import { type ImageSource, imageSource } from '../images/image-source.js';
import { loadImage } from '../images/load-images.js';
import { modelName } from '../models/model-pool.js';
import type { Asked, Service } from '../service.js';
import { Fields } from './fields.js';
import { missing } from './messages.js';

type Pooling = 'mean' | 'class';

interface EmbeddingsRequest {
  readonly model: string;
  readonly images: readonly ImageSource[];
  readonly pooling: Pooling;
  readonly base64: boolean;
}

/**
 * Images as vectors of unit length: what the vision encoder makes of the image as one tile, its patch embeddings
 * averaged (`pooling: 'mean'`) or its class embedding (`'class'`).
 */
export async function embeddings(
  service: Service,
  exchange: Exchange,
  { body, ticket }: Asked,
): Promise<object> {
  const { options, models } = service;
  const { signal, held, told } = exchange;
  const { model, images, pooling, base64 } = readRequest(body, options.limits.images);
  told.model = model;
  told.images = images.length;
  models.check(model);
  const files: Uint8Array[] = [];
  for (const source of images) {
    const { fetchImage, limits } = options;
    files.push(await loadImage(source, { fetchImage, mostPixels: limits.pixels, held, signal }));
  }
  await ticket.start(1, signal);
  exchange.running = true;
  const { chat, release } = models.use(model);
  exchange.defer(release);
  const vectors: Float32Array[] = [];
  for (const file of files) vectors.push(await embedImage(chat, file, { pooling, signal }));
  return {
    object: 'list',
    model,
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: base64 ? base64Of(vector) : [...vector],
    })),
    usage: { prompt_tokens: 0, total_tokens: 0 },
  };
}

function readRequest(body: unknown, mostImages: number): EmbeddingsRequest {
  const fields = new Fields(body, '');
  fields.ignore('user');
  fields.refuse('dimensions');
  const input = fields.raw('input');
  if (input === undefined) throw missing('input');
  const single = typeof input === 'string' || !Array.isArray(input);
  const items = single ? [input] : (fields.list('input', mostImages) ?? []);
  if (items.length === 0) throw missing('input');
  const request = {
    model: modelName(fields.text('model')),
    images: items.map((item, index) => readImage(item, single ? 'input' : `input[${index}]`)),
    pooling: fields.choice('pooling', ['mean', 'class']) ?? 'mean',
    base64: fields.choice('encoding_format', ['float', 'base64']) === 'base64',
  };
  fields.done();
  return request;
}

function readImage(item: unknown, param: string): ImageSource {
  if (typeof item === 'string') {
    if (/^(?:data|https?):/i.test(item)) return { url: item, param, maxTiles: 1 };
    throw badRequest(
      'unsupported_value',
      param,
      `Expected ${param} as the data: URL of an image, got text; the encoder here reads images alone.`,
    );
  }
  const fields = new Fields(item, param);
  fields.choice('type', ['image_url']);
  const inner = fields.object('image_url');
  if (!inner) throw missing(fields.at('image_url'));
  fields.done();
  const source = imageSource(inner);
  inner.done();
  return source;
}

/** Little-endian float32, as OpenAI's clients expect. */
function base64Of(vector: Float32Array): string {
  const bytes = new DataView(new ArrayBuffer(vector.length * 4));
  for (const [index, value] of vector.entries()) bytes.setFloat32(index * 4, value, true);
  let binary = '';
  for (const byte of new Uint8Array(bytes.buffer)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
