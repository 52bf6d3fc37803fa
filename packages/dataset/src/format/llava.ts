import { jsonRows } from '../json/json-list.js';
import type { JsonValue } from '../sample/json.js';
import { noProblems, type Reading } from '../sample/reading.js';
import type { Sample } from '../sample/sample.js';
import type { ByteSource } from '../source/byte-source.js';
import { gptNames, readTurns, writeTurns } from './conversation.js';
import type { Format, ReadFormatOptions, WriteFormatOptions } from './format.js';
import { orderedImages, readImages } from './internvl.js';
import { jsonArray } from './json-array.js';
import { backFields, frontFields, rowFields, rowObject } from './row-fields.js';
import { RowProblems } from './row-problems.js';

const taken: ReadonlySet<string> = new Set([
  'image',
  'width',
  'height',
  'width_list',
  'height_list',
  'conversations',
]);

/**
 * LLaVA's data: one JSON array of `{ id, image, conversations }`, read element by element whatever its size. Boxes stand
 * in the text as fractions, `[0.1, 0.2, 0.3, 0.4]`. There is no system turn.
 * Source: LLaVA `docs/Finetune_Custom_Data.md`.
 */
export const llava: Format = {
  name: 'llava',
  summary: 'LLaVA, one JSON array of conversations',
  extensions: ['.json'],
  read,
  write: (samples, options) => jsonArray(rows(samples, options)),
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
    const images = row === undefined ? undefined : readImages(row, problems);
    const rules = { single: false, userOnly: false, bareBoxes: true };
    const turns =
      row === undefined || images === undefined
        ? undefined
        : readTurns(row, gptNames, images, rules, options, problems);
    if (row === undefined || images === undefined || turns === undefined)
      yield { place, problems: problems.list };
    else {
      const sample: Sample = { ...rowFields(row, taken, place, options.lang), images, turns };
      yield { place, sample, problems: problems.list.length === 0 ? noProblems : problems.list };
    }
  }
}

async function* rows(
  samples: AsyncIterable<Sample>,
  { boxes, onProblem, signal }: WriteFormatOptions = {},
): AsyncGenerator<JsonValue, void, undefined> {
  for await (const sample of samples) {
    signal?.throwIfAborted();
    const problems = new RowProblems({ file: `sample ${sample.id}` });
    const images = orderedImages(sample, problems);
    const turns = sample.turns.filter(({ role }) => role !== 'system');
    if (turns.length < sample.turns.length) {
      problems.warning(
        'system-turn',
        'Expected no system turn, got one, which LLaVA has no place for; it is left out.',
      );
    }
    const names = images.flatMap(({ path, url }) => path ?? url ?? []);
    if (names.length < images.length) {
      problems.error(
        'image-unnamed',
        'Expected a path or an address for each image, got bytes alone; write the images to files first.',
      );
    }
    const style = { convention: 'fractions', ...boxes } as const;
    const conversations = writeTurns({ ...sample, images, turns }, gptNames, { boxes: style, bare: true });
    for (const problem of problems.list) onProblem?.(problem);
    if (problems.failed) continue;
    const [first] = names;
    const image = first === undefined ? {} : { image: names.length === 1 ? first : names };
    const size =
      images.length === 1 && images[0]?.width !== undefined && images[0].height !== undefined
        ? { width: images[0].width, height: images[0].height }
        : {};
    yield { ...frontFields(sample), ...image, ...size, conversations, ...backFields(sample, taken) };
  }
}
