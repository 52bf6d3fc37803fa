import { DatasetError } from '../error.js';
import { cocoCaptions } from './coco-captions.js';
import { csv } from './csv.js';
import type { Format } from './format.js';
import { internvl } from './internvl.js';
import { llava } from './llava.js';
import { messages, sharegpt } from './messages.js';
import { openai } from './openai.js';
import { parquet } from './parquet.js';
import { chartqa, docvqa, flat, vqa } from './questions.js';
import { samples } from './samples.js';
import { vlmevalkit } from './vlmevalkit.js';
import { webdataset } from './webdataset.js';

/** All formats, by name. */
export const formats: ReadonlyMap<string, Format> = new Map(
  [
    internvl,
    llava,
    messages,
    sharegpt,
    openai,
    csv,
    parquet,
    webdataset,
    vlmevalkit,
    cocoCaptions,
    vqa,
    docvqa,
    chartqa,
    flat,
    samples,
  ].map((format) => [format.name, format]),
);

/** @throws `invalid-option` for a name that there is not */
export function formatNamed(name: string): Format {
  const format = formats.get(name);
  if (format !== undefined) return format;
  const known = [...formats.keys()];
  throw new DatasetError(
    'invalid-option',
    `Expected a format as one of ${known.join(', ')}, got '${name}'; name one of them.`,
    {
      format: name,
      known,
    },
  );
}

/** The format a file name speaks for; `.json` and `.tsv` may be several, so only clear endings count. */
export function formatOfName(name: string): Format | undefined {
  const plain = name.toLowerCase().replace(/\.(gz|zst)$/, '');
  if (plain.endsWith('.samples.jsonl')) return samples;
  if (plain.endsWith('.jsonl')) return internvl;
  if (plain.endsWith('.parquet')) return parquet;
  if (plain.endsWith('.tar')) return webdataset;
  if (plain.endsWith('.csv')) return csv;
  return undefined;
}
