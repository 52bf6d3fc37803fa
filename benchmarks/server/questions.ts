import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Asked } from './ask.js';

const nano = fileURLToPath(new URL('../../models/nano', import.meta.url));

interface Sample {
  readonly file: string;
  readonly turns: readonly { readonly question: string; readonly smallest_gap: number }[];
}

/** Questions about the sample images whose greedy answers leave no doubt, and questions without an image. */
export async function mixedQuestions(): Promise<readonly Asked[]> {
  const samples: Sample[] = JSON.parse(await readFile(join(nano, 'samples/samples.json'), 'utf8'));
  const asked: Asked[] = [];
  for (const { file, turns } of samples) {
    const image = await readFile(join(nano, 'samples', file), 'base64');
    for (const { question, smallest_gap: gap } of turns) {
      if (gap < 0.01) continue;
      const content = [
        { type: 'image_url', image_url: { url: `data:image/png;base64,${image}` } },
        { type: 'text', text: question },
      ];
      asked.push({
        name: `${file} ${question}`,
        body: { model: 'nano', messages: [{ role: 'user', content }] },
      });
    }
  }
  for (const content of ['How many shapes are there?', '描述这张图片。', 'Hello!', '你好！']) {
    asked.push({ name: content, body: { model: 'nano', messages: [{ role: 'user', content }] } });
  }
  return asked;
}

/** Short prompts with answers of exactly so many tokens: letters without end, each with a seed of its own. */
export function decodeHeavy(count: number, tokens: number): readonly Asked[] {
  return Array.from({ length: count }, (_, seed) => ({
    name: `seed ${seed}`,
    body: {
      model: 'nano',
      messages: [{ role: 'user', content: 'Describe the image.' }],
      grammar: 'root ::= [a-z ]{10000}',
      temperature: 1,
      seed,
      max_tokens: tokens,
    },
  }));
}

/** Bodies that must be refused. */
export const malformed: readonly object[] = [
  { model: 'nano' },
  { model: 'other', messages: [{ role: 'user', content: 'a' }] },
  { model: 'nano', messages: [{ role: 'user', content: 5 }] },
  { model: 'nano', messages: [{ role: 'user', content: 'a' }], temperature: 'hot' },
];
