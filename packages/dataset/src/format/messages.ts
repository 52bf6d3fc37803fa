import { boxNumbers } from '../boxes/spell.js';
import { jsonRows } from '../json/json-list.js';
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../sample/json.js';
import { noProblems, type Reading } from '../sample/reading.js';
import type { ImageRef, Sample } from '../sample/sample.js';
import type { ByteSource } from '../source/byte-source.js';
import { spellParts } from '../tags/spell-parts.js';
import { fromBase64, toBase64 } from './base64.js';
import { gptNames, messageNames, readTurns, sizeOf, type TurnNames } from './conversation.js';
import type { Format, ReadFormatOptions, WriteFormatOptions } from './format.js';
import { addressOf, orderedImages } from './internvl.js';
import { jsonArray, jsonLinesOf } from './json-array.js';
import { backFields, frontFields, pixels, rowFields, rowObject } from './row-fields.js';
import { RowProblems } from './row-problems.js';

const taken: ReadonlySet<string> = new Set([
  'images',
  'image',
  'messages',
  'conversations',
  'objects',
  'system',
]);
const rules = { single: false, userOnly: false };

/**
 * Messages with images beside them, as ms-swift and LLaMA-Factory have: `messages` of `role` and `content`, `images`,
 * `objects` with `ref` and `bbox` for `<ref-object>` and `<bbox>` in the text. JSON Lines or one array.
 * Source: ms-swift `docs/…/Custom-dataset`, LLaMA-Factory `data/README.md`.
 */
export const messages: Format = {
  name: 'messages',
  summary: 'messages with role and content, images beside them (ms-swift, LLaMA-Factory)',
  extensions: ['.jsonl', '.json'],
  read,
  write: (samples, options) => jsonLinesOf(rows(samples, messageNames, options)),
};

/** The same with `conversations` of `from` and `value`, as one array. */
export const sharegpt: Format = {
  name: 'sharegpt',
  summary: 'ShareGPT: conversations with from and value, images beside them, one JSON array',
  extensions: ['.json', '.jsonl'],
  read,
  write: (samples, options) => jsonArray(rows(samples, gptNames, options)),
};

async function* read(
  source: ByteSource,
  options: ReadFormatOptions = {},
): AsyncGenerator<Reading, void, undefined> {
  for await (const { place, value, problems: bad } of jsonRows(source, { signal: options.signal })) {
    if (bad.length > 0) {
      yield { place, problems: bad };
      continue;
    }
    const problems = new RowProblems(place);
    const row = rowObject(value, problems);
    const images = row === undefined ? undefined : imagesOf(row, problems);
    if (row === undefined || images === undefined) {
      yield { place, problems: problems.list };
      continue;
    }
    const names = row.messages === undefined && row.conversations !== undefined ? gptNames : messageNames;
    const { row: expanded, convention } = withObjects(row, names, problems);
    const given = convention === undefined ? options : { ...options, boxes: convention };
    const spoken = readTurns(expanded, names, images, rules, given, problems);
    if (spoken === undefined) yield { place, problems: problems.list };
    else {
      const turns =
        typeof row.system === 'string' && row.system !== ''
          ? [{ role: 'system', parts: [{ type: 'text', text: row.system }] } as const, ...spoken]
          : spoken;
      const sample: Sample = { ...rowFields(row, taken, place, options.lang), images, turns };
      yield { place, sample, problems: problems.list.length === 0 ? noProblems : problems.list };
    }
  }
}

/** `images`: paths, addresses, or objects with `path`, `url` or base64 `bytes`. */
function imagesOf(row: JsonObject, problems: RowProblems): readonly ImageRef[] | undefined {
  const value = row.images ?? row.image ?? [];
  const images: ImageRef[] = [];
  for (const [index, item] of (isJsonList(value) ? value : [value]).entries()) {
    if (typeof item === 'string') {
      images.push(addressOf(item));
      continue;
    }
    const { path, url, bytes, width, height } = isJsonObject(item) ? item : {};
    const data = typeof bytes === 'string' ? fromBase64(bytes) : undefined;
    const image: ImageRef = {
      ...(typeof path === 'string' && { path }),
      ...(typeof url === 'string' && { url }),
      ...(data !== undefined && { bytes: data }),
      ...(pixels(width) !== undefined && { width: pixels(width) ?? 0 }),
      ...(pixels(height) !== undefined && { height: pixels(height) ?? 0 }),
    };
    if (image.path === undefined && image.url === undefined && image.bytes === undefined) {
      problems.error(
        'image-shape',
        `Expected an image as a path or { path, url or bytes }, got ${JSON.stringify(item).slice(0, 60)}; write it so.`,
        `/images/${index}`,
      );
      return undefined;
    }
    images.push(image);
  }
  return images;
}

/** Texts with `<ref-object>` and `<bbox>` filled in from `objects`, in order. */
function withObjects(
  row: JsonObject,
  names: TurnNames,
  problems: RowProblems,
): { readonly row: JsonObject; readonly convention?: 'pixels' | 'fractions' } {
  const { objects } = row;
  const list = row[names.list];
  if (!isJsonObject(objects) || !isJsonList(list)) return { row };
  const refs = isJsonList(objects.ref) ? [...objects.ref] : [];
  const boxes = isJsonList(objects.bbox) ? [...objects.bbox] : [];
  const turns = list.map((turn) => {
    if (!isJsonObject(turn)) return turn;
    const text = turn[names.text];
    if (typeof text !== 'string') return turn;
    const filled = text.replaceAll(/<ref-object>|<bbox>/g, (tag) => {
      const next = tag === '<bbox>' ? boxes.shift() : refs.shift();
      if (next === undefined) return tag;
      return tag === '<bbox>' ? `<box>${JSON.stringify([next])}</box>` : `<ref>${String(next)}</ref>`;
    });
    return { ...turn, [names.text]: filled };
  });
  if (refs.length + boxes.length > 0) {
    problems.warning(
      'objects-left',
      `Expected a <ref-object> or <bbox> for each of objects, got ${refs.length + boxes.length} without one; they are not kept.`,
      '/objects',
    );
  }
  return {
    row: { ...row, [names.list]: turns },
    convention: objects.bbox_type === 'norm1' ? 'fractions' : 'pixels',
  };
}

async function* rows(
  samples: AsyncIterable<Sample>,
  names: TurnNames,
  { boxes: style = {}, onProblem, signal }: WriteFormatOptions = {},
): AsyncGenerator<JsonValue, void, undefined> {
  for await (const sample of samples) {
    signal?.throwIfAborted();
    const problems = new RowProblems({ file: `sample ${sample.id}` });
    const images = orderedImages(sample, problems);
    for (const problem of problems.list) onProblem?.(problem);
    if (problems.failed) continue;
    const size = sizeOf(images);
    const convention = style.convention ?? (size === undefined ? 'fractions' : 'pixels');
    const objects: { ref: JsonValue[]; bbox: JsonValue[] } = { ref: [], bbox: [] };
    const turns = sample.turns.map(({ role, parts }) => {
      let text = '';
      for (const part of parts) {
        const numbers =
          part.type === 'box' && part.kind === undefined
            ? boxNumbers(part, { ...style, convention }, size)
            : undefined;
        if (numbers !== undefined) {
          objects.bbox.push(...numbers);
          text += '<bbox>'.repeat(numbers.length);
        } else if (part.type === 'ref') {
          objects.ref.push(part.text);
          text += '<ref-object>';
        } else text += spellParts([part], { ...style, size });
      }
      return { [names.role]: names.roles[role], [names.text]: text };
    });
    const grounded = objects.bbox.length + objects.ref.length > 0;
    yield {
      ...frontFields(sample),
      [names.list]: turns,
      ...(images.length > 0 && { images: images.map(imageValue) }),
      ...(grounded && { objects: { ...objects, bbox_type: convention === 'fractions' ? 'norm1' : 'real' } }),
      ...backFields(sample, taken),
    };
  }
}

/** A path or an address alone where that is all there is. */
function imageValue({ path, url, bytes, width, height }: ImageRef): JsonValue {
  const size = { ...(width !== undefined && { width }), ...(height !== undefined && { height }) };
  const name = path ?? url;
  if (bytes === undefined && name !== undefined && width === undefined) return name;
  return {
    ...(path !== undefined && { path }),
    ...(url !== undefined && { url }),
    ...(bytes !== undefined && { bytes: toBase64(bytes) }),
    ...size,
  };
}
