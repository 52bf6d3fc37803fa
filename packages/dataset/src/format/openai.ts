import { jsonLines } from '../json/json-lines.js';
import { isJsonList, isJsonObject, type JsonValue } from '../sample/json.js';
import { noProblems, type Reading } from '../sample/reading.js';
import type { ImageRef, Part, Role, Sample, Turn } from '../sample/sample.js';
import type { ByteSource } from '../source/byte-source.js';
import { parseText } from '../tags/parse-text.js';
import { spellParts } from '../tags/spell-parts.js';
import { fromBase64, mediaType, toBase64 } from './base64.js';
import { sizeOf } from './conversation.js';
import type { Format, ReadFormatOptions, WriteFormatOptions } from './format.js';
import { imageBytes } from './image-bytes.js';
import { jsonLinesOf } from './json-array.js';
import { backFields, frontFields, rowFields, rowObject } from './row-fields.js';
import { RowProblems } from './row-problems.js';

const taken: ReadonlySet<string> = new Set(['messages']);
const roles: Readonly<Record<string, Role>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
};

/**
 * OpenAI's chat fine-tuning file: `messages` whose `content` is text or a list of `text` and `image_url` parts; images
 * are addresses or data URLs. Source: OpenAI's fine-tuning guide, vision.
 */
export const openai: Format = {
  name: 'openai',
  summary: "OpenAI's chat fine-tuning, images as addresses or data URLs",
  extensions: ['.jsonl'],
  read,
  write: (samples, options) => jsonLinesOf(rows(samples, options)),
};

async function* read(
  source: ByteSource,
  options: ReadFormatOptions = {},
): AsyncGenerator<Reading, void, undefined> {
  for await (const { place, value, problems: bad } of jsonLines(source, { signal: options.signal })) {
    if (bad.length > 0) {
      yield { place, problems: bad };
      continue;
    }
    const problems = new RowProblems(place);
    const row = rowObject(value, problems);
    const list = row?.messages;
    if (row !== undefined && !isJsonList(list)) {
      problems.error(
        'conversations-missing',
        'Expected a list of messages, got none; is this the right format?',
        '/messages',
      );
    }
    const images: ImageRef[] = [];
    const turns: Turn[] = [];
    for (const [index, message] of (isJsonList(list) ? list : []).entries()) {
      const pointer = `/messages/${index}`;
      const { role, content } = isJsonObject(message) ? message : {};
      const known = typeof role === 'string' && Object.hasOwn(roles, role) ? roles[role] : undefined;
      if (known === undefined) {
        problems.error(
          'role-unknown',
          `Expected role as one of ${Object.keys(roles).join(', ')}, got ${JSON.stringify(role ?? null)}; convert the row first.`,
          `${pointer}/role`,
        );
        continue;
      }
      const parts = contentParts(content, images, options, problems, `${pointer}/content`);
      if (parts !== undefined) turns.push({ role: known, parts });
    }
    if (row === undefined || problems.failed) yield { place, problems: problems.list };
    else {
      const sample: Sample = { ...rowFields(row, taken, place, options.lang), images, turns };
      yield { place, sample, problems: problems.list.length === 0 ? noProblems : problems.list };
    }
  }
}

function contentParts(
  content: JsonValue | undefined,
  images: ImageRef[],
  { boxes }: ReadFormatOptions,
  problems: RowProblems,
  pointer: string,
): readonly Part[] | undefined {
  if (typeof content === 'string') return parseText(content, { boxes });
  if (!isJsonList(content)) {
    problems.error(
      'text-missing',
      `Expected content as text or a list of parts, got ${JSON.stringify(content ?? null).slice(0, 40)}; write it so.`,
      pointer,
    );
    return undefined;
  }
  const parts: Part[] = [];
  for (const [index, item] of content.entries()) {
    const { type, text, image_url: image } = isJsonObject(item) ? item : {};
    const url = isJsonObject(image) ? image.url : image;
    if (type === 'text' && typeof text === 'string') parts.push(...parseText(text, { boxes }));
    else if (type === 'image_url' && typeof url === 'string') {
      const data = /^data:[^,]*;base64,/i.exec(url);
      const bytes = data === null ? undefined : fromBase64(url.slice(data[0].length));
      if (data !== null && bytes === undefined) {
        problems.error(
          'image-shape',
          'Expected base64 in the data URL, got something else; write the image again.',
          `${pointer}/${index}`,
        );
        continue;
      }
      parts.push({ type: 'image', imageIndex: images.length });
      images.push(bytes === undefined ? { url } : { bytes });
    } else {
      problems.error(
        'part-unknown',
        `Expected a part of type text or image_url, got ${JSON.stringify(type ?? null)}; convert the row first.`,
        `${pointer}/${index}`,
      );
    }
  }
  return parts;
}

async function* rows(
  samples: AsyncIterable<Sample>,
  options: WriteFormatOptions = {},
): AsyncGenerator<JsonValue, void, undefined> {
  const { boxes, onProblem, signal } = options;
  for await (const sample of samples) {
    signal?.throwIfAborted();
    const problems = new RowProblems({ file: `sample ${sample.id}` });
    const urls: string[] = [];
    for (const image of sample.images) {
      const url = await urlOf(image, options, problems);
      if (url === undefined && !problems.failed) {
        problems.error(
          'image-unreachable',
          `Expected an address or the bytes of image ${image.path ?? ''}, got neither; give readImage (--root).`,
        );
      }
      urls.push(url ?? '');
    }
    const size = sizeOf(sample.images);
    const messages = sample.turns.map(({ role, parts }): JsonValue => {
      if (!parts.some(({ type }) => type === 'image'))
        return { role, content: spellParts(parts, { ...boxes, size }) };
      const content: JsonValue[] = [];
      let run: Part[] = [];
      const flush = () => {
        if (run.length > 0) content.push({ type: 'text', text: spellParts(run, { ...boxes, size }) });
        run = [];
      };
      for (const part of parts) {
        if (part.type !== 'image') run.push(part);
        else {
          flush();
          content.push({ type: 'image_url', image_url: { url: urls[part.imageIndex] ?? '' } });
        }
      }
      flush();
      return { role, content };
    });
    for (const problem of problems.list) onProblem?.(problem);
    if (!problems.failed) yield { ...frontFields(sample), messages, ...backFields(sample, taken) };
  }
}

async function urlOf(
  image: ImageRef,
  options: WriteFormatOptions,
  problems: RowProblems,
): Promise<string | undefined> {
  if (image.bytes === undefined && image.url !== undefined) return image.url;
  const bytes = await imageBytes(image, options, problems);
  return bytes === undefined
    ? undefined
    : `data:${mediaType(bytes) ?? 'application/octet-stream'};base64,${toBase64(bytes)}`;
}
