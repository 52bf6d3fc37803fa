import type { JsonValue } from '../sample/json.js';
import type { DataCardFacts } from './data-card.js';
import { fileName, type Lineage } from './lineage.js';

const encodings: Readonly<Record<string, string>> = {
  parquet: 'application/x-parquet',
  webdataset: 'application/x-tar',
  csv: 'text/csv',
  vlmevalkit: 'text/tab-separated-values',
  llava: 'application/json',
  sharegpt: 'application/json',
};

/** Fields of each format's rows that Croissant can point to. */
const fields: Readonly<Record<string, readonly string[]>> = {
  internvl: ['id', 'image', 'conversations'],
  messages: ['id', 'images', 'messages'],
  openai: ['messages'],
  parquet: ['id', 'images', 'messages', 'lang', 'task', 'source', 'license', 'split'],
  csv: [
    'id',
    'image',
    'question_en',
    'answer_zh',
    'question_zh',
    'answer_en',
    'task',
    'source',
    'split',
    'license',
  ],
  vlmevalkit: ['index', 'image', 'question', 'answer'],
  flat: ['image', 'question', 'question_id', 'answer'],
  samples: ['id', 'lang', 'images', 'turns'],
};

/** The data set as Croissant 1.0 JSON-LD. Source: Croissant format specification 1.0. */
export function croissant(
  { name, description, license, url, fileFormat }: DataCardFacts,
  { outputs, counts }: Lineage,
): JsonValue {
  const columns = fields[fileFormat] ?? [];
  const tabular = fileFormat === 'csv' || fileFormat === 'parquet' || fileFormat === 'vlmevalkit';
  const ids = outputs.map((_, index) => `file-${index}`);
  const [first = 'file-0'] = ids;
  const languages = Object.keys(counts.languages).filter((one) => one !== '');
  return {
    '@context': {
      '@language': 'en',
      '@vocab': 'https://schema.org/',
      column: 'cr:column',
      conformsTo: 'dct:conformsTo',
      cr: 'http://mlcommons.org/croissant/',
      dataType: { '@id': 'cr:dataType', '@type': '@vocab' },
      dct: 'http://purl.org/dc/terms/',
      extract: 'cr:extract',
      field: 'cr:field',
      fileObject: 'cr:fileObject',
      jsonPath: 'cr:jsonPath',
      recordSet: 'cr:recordSet',
      sc: 'https://schema.org/',
      source: 'cr:source',
    },
    '@type': 'sc:Dataset',
    conformsTo: 'http://mlcommons.org/croissant/1.0',
    name,
    ...(description !== undefined && { description }),
    ...(license !== undefined && { license }),
    ...(url !== undefined && { url }),
    ...(languages.length > 0 && { inLanguage: languages }),
    distribution: outputs.map(({ name: path, bytes, sha256 }, index) => {
      const file = fileName(path);
      return {
        '@type': 'cr:FileObject',
        '@id': ids[index] ?? file,
        name: file,
        contentUrl: file,
        contentSize: `${bytes} B`,
        encodingFormat: encodings[fileFormat] ?? 'application/jsonlines',
        sha256,
      };
    }),
    recordSet:
      columns.length === 0
        ? []
        : [
            {
              '@type': 'cr:RecordSet',
              '@id': 'samples',
              name: 'samples',
              field: columns.map((column) => ({
                '@type': 'cr:Field',
                '@id': `samples/${column}`,
                name: column,
                dataType: 'sc:Text',
                source: {
                  fileObject: { '@id': first },
                  extract: tabular ? { column } : { jsonPath: `$.${column}` },
                },
              })),
            },
          ],
  };
}
