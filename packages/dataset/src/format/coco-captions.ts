import { jsonList } from '../json/json-list.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../sample/json.js';
import type { Place } from '../sample/problem.js';
import { noProblems, type Reading } from '../sample/reading.js';
import type { Sample } from '../sample/sample.js';
import type { ByteSource } from '../source/byte-source.js';
import { spellParts } from '../tags/spell-parts.js';
import type { Format, ReadFormatOptions, WriteFormatOptions } from './format.js';
import { jsonArray } from './json-array.js';
import { pixels } from './row-fields.js';
import { RowProblems } from './row-problems.js';

/** What InternVL asks for a caption. Source: `eval/caption/evaluate_caption.py`. */
const PROMPT = 'Provide a one-sentence caption for the provided image.';

/**
 * COCO captions: `images[]` and `annotations[]` joined by `image_id`, one sample for each caption. The images are held
 * in memory (names and sizes). Written as a result file, a list of `{ image_id, caption }`.
 * Source: cocodataset.org, format of data and of results.
 */
export const cocoCaptions: Format = {
  name: 'coco-captions',
  summary: 'COCO captions: images and annotations; written as a result file',
  extensions: ['.json'],
  read,
  write: (samples, options) => jsonArray(results(samples, options)),
};

interface CocoImage {
  readonly path: string;
  readonly width?: number;
  readonly height?: number;
}

async function* read(
  source: ByteSource,
  options: ReadFormatOptions = {},
): AsyncGenerator<Reading, void, undefined> {
  const images = new Map<JsonValue, CocoImage>();
  // Annotations in front of the images have to wait for them.
  const waiting: { place: Place; value: JsonObject }[] = [];
  let imagesSeen = false;
  for await (const { key, place, value, problems: bad } of jsonList(source, { signal: options.signal })) {
    if (bad.length > 0) {
      yield { place, problems: bad };
      continue;
    }
    if (key !== 'images' && key !== 'annotations') continue;
    const problems = new RowProblems(place);
    if (!isJsonObject(value)) {
      problems.error('row-shape', 'Expected a JSON object, got something else; is this the right format?');
      yield { place, problems: problems.list };
    } else if (key === 'images') {
      imagesSeen = true;
      const { id, file_name: path } = value;
      if (typeof path !== 'string' || id === undefined) {
        problems.error(
          'image-shape',
          'Expected an image with id and file_name, got one without; mend the file.',
        );
        yield { place, problems: problems.list };
        continue;
      }
      const width = pixels(value.width);
      const height = pixels(value.height);
      images.set(id, {
        path,
        ...(width !== undefined && { width }),
        ...(height !== undefined && { height }),
      });
    } else if (imagesSeen) yield caption(value, place, images, options);
    else waiting.push({ place, value });
  }
  for (const { place, value } of waiting) yield caption(value, place, images, options);
}

function caption(
  value: JsonObject,
  place: Place,
  images: ReadonlyMap<JsonValue, CocoImage>,
  { lang }: ReadFormatOptions,
): Reading {
  const problems = new RowProblems(place);
  const { id, image_id: imageId = null, caption: text } = value;
  const image = images.get(imageId);
  if (image === undefined) {
    problems.error(
      'image-unknown',
      `Expected an image with id ${JSON.stringify(imageId)}, got none; mend the file.`,
    );
  }
  if (typeof text !== 'string')
    problems.error('text-missing', 'Expected a caption, got none; is this a file of captions?');
  if (image === undefined || typeof text !== 'string') return { place, problems: problems.list };
  const sample: Sample = {
    id: String(id ?? `${String(imageId)}`),
    ...(lang !== undefined && { lang }),
    images: [image],
    turns: [
      {
        role: 'user',
        parts: [
          { type: 'image', imageIndex: 0 },
          { type: 'text', text: `\n${PROMPT}` },
        ],
      },
      { role: 'assistant', parts: [{ type: 'text', text }] },
    ],
    meta: { image_id: imageId },
  };
  return { place, sample, problems: noProblems };
}

async function* results(
  samples: AsyncIterable<Sample>,
  { onProblem, signal }: WriteFormatOptions = {},
): AsyncGenerator<JsonValue, void, undefined> {
  for await (const sample of samples) {
    signal?.throwIfAborted();
    const imageId = sample.meta?.image_id ?? numberIn(sample.images[0]?.path);
    const answer = sample.turns.find(({ role }) => role === 'assistant');
    if (imageId === undefined || answer === undefined) {
      const problems = new RowProblems({ file: `sample ${sample.id}` });
      problems.error(
        'caption-missing',
        'Expected an image_id and an answer, got a sample without; a result file has no place for it.',
      );
      for (const problem of problems.list) onProblem?.(problem);
      continue;
    }
    yield { image_id: imageId, caption: spellParts(answer.parts) };
  }
}

/** `COCO_val2014_000000391895.jpg` → 391895, as COCO's own files are named. */
function numberIn(path: string | undefined): number | undefined {
  const digits = path === undefined ? undefined : /(\d{12})\.\w+$/.exec(path)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
