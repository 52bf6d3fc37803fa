import { placeholders } from '../images/placeholders.js';
import type { AnswerOptions } from '../options.js';
import type { ImageInput, Turn } from '../turn.js';
import { type Dialect, formatMembers, type ImageTiles } from './dialect.js';
import { type SentImage, type SentImageOptions, sentImage } from './sent-image.js';
import { unsupported } from './unsupported.js';

export interface RequestBodyOptions extends SentImageOptions {
  readonly model: string;
  readonly dialect: Dialect;
  readonly extraBody: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}

export interface RequestBody {
  readonly body: object;
  /** In order of the conversation. */
  readonly images: readonly SentImage[];
}

/**
 * The body of POST /chat/completions. Every member about sampling is said, since servers differ in what they take where
 * it is left out: vLLM the checkpoint's generation_config.json, LMDeploy temperature 0.7 and top_k 40.
 *
 * @param tiles one for each image of the turns
 * @throws `invalid-option`, `remote-unsupported`, and what `sentImage` throws
 */
export async function requestBody(
  turns: readonly Turn[],
  options: AnswerOptions,
  tiles: readonly ImageTiles[],
  { model, dialect, extraBody, signal, ...imageOptions }: RequestBodyOptions,
): Promise<RequestBody> {
  const images = shownImages(turns, dialect);
  refuseLocalOptions(options, dialect);
  const placed = dialect.tiles(tiles);
  const sent: SentImage[] = [];
  for (const image of images) {
    sent.push(await sentImage(image, imageOptions));
    signal.throwIfAborted();
  }
  const parts = sent.map(({ url }, index) => ({
    type: 'image_url',
    image_url: { url, ...placed.images[index] },
  }));
  const body = {
    model,
    messages: messages(turns, options.system, parts),
    stream: true,
    stream_options: { include_usage: true },
    ...sampling(options, dialect),
    ...placed.body,
    ...(options.responseFormat && formatMembers(options.responseFormat, dialect)),
    // LMDeploy gives none at all for a top_logprobs of 0.
    ...(options.logprobs !== undefined && {
      logprobs: true,
      top_logprobs: Math.max(options.logprobs, dialect.leastTop),
    }),
    ...(dialect.tokenIds && { return_token_ids: true }),
    ...(options.keepGrounding && { skip_special_tokens: false }),
    ...extraBody,
  };
  return { body, images: sent };
}

/** Images in order, one to a placeholder. */
function shownImages(turns: readonly Turn[], { name }: Dialect): ImageInput[] {
  return placeholders(turns).map(({ images, frame }) => {
    if (frame) throw unsupported('a video', name, 'send its frames as images');
    const [image, ...others] = images;
    if (image !== undefined && others.length === 0) return image;
    throw unsupported('several images in one part', name, 'give each a part of its own');
  });
}

function refuseLocalOptions(options: AnswerOptions, { name, specialTokens }: Dialect): void {
  const { thumbnail, exif, labels, keepGrounding } = options;
  if (thumbnail !== undefined) throw unsupported('thumbnail', name);
  if (exif) throw unsupported('exif', name, 'turn the image before it is sent');
  if (labels === 'none') throw unsupported("labels: 'none'", name);
  if (keepGrounding && !specialTokens) throw unsupported('keepGrounding', name);
}

function sampling(options: AnswerOptions, dialect: Dialect): object {
  const { maxNewTokens = 1024, temperature = 0, topP = 1, topK, minP, seed, stop = [] } = options;
  const { repetitionPenalty, presencePenalty = 0, frequencyPenalty = 0 } = options;
  if (!dialect.penalties && (presencePenalty !== 0 || frequencyPenalty !== 0)) {
    throw unsupported('presencePenalty or frequencyPenalty', dialect.name, 'use repetitionPenalty');
  }
  const beyond = { topK, minP, repetitionPenalty };
  if (dialect.allTokens === undefined) {
    for (const [name, value] of Object.entries(beyond)) {
      if (value !== undefined) throw unsupported(name, 'plain OpenAI', 'name the dialect of the server');
    }
  }
  return {
    temperature,
    top_p: topP,
    presence_penalty: presencePenalty,
    frequency_penalty: frequencyPenalty,
    [dialect.tokenLimit]: maxNewTokens,
    ...(seed !== undefined && { seed }),
    ...(stop.length > 0 && { stop }),
    ...(dialect.allTokens !== undefined && {
      top_k: temperature === 0 ? 1 : (topK ?? dialect.allTokens),
      min_p: minP ?? 0,
      repetition_penalty: repetitionPenalty ?? 1,
    }),
  };
}

function messages(turns: readonly Turn[], system: string | undefined, images: readonly object[]): object[] {
  let image = 0;
  const spoken = turns.map(({ role, parts }) => {
    const pieces = parts.map((part) => (part.type === 'text' ? part.text : images[image++]!));
    if (pieces.every((piece) => typeof piece === 'string')) return { role, content: pieces.join('') };
    const content = pieces.map((piece) =>
      typeof piece === 'string' ? { type: 'text', text: piece } : piece,
    );
    return { role, content };
  });
  return system === undefined ? spoken : [{ role: 'system', content: system }, ...spoken];
}
