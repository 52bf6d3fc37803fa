import { expect, test } from 'vitest';
import { DatasetError } from '../error.js';
import type { Sample } from '../sample/sample.js';
import { memorySource } from '../source/input.js';
import { formats } from './formats.js';

const sample: Sample = {
  id: '1',
  lang: 'zh',
  images: [{ path: 'a.png', bytes: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1, 2), width: 20, height: 10 }],
  turns: [
    {
      role: 'user',
      parts: [
        { type: 'image', imageIndex: 0 },
        { type: 'text', text: '\nWhere, "exactly"?' },
      ],
    },
    {
      role: 'assistant',
      parts: [
        { type: 'ref', text: '猫' },
        { type: 'box', boxes: [[0.1, 0.2, 0.3, 0.4]], convention: 'thousandths' },
      ],
    },
  ],
  meta: { pairing: 'en-zh', note: [1, null] },
};

/** Documents of the formats that are only read, or read otherwise than written. */
const documents: Readonly<Record<string, unknown>> = {
  'coco-captions': {
    images: [{ id: 1, file_name: 'a.jpg' }],
    annotations: [{ id: 1, image_id: 1, caption: 'A cat' }],
  },
  vqa: { questions: [{ question_id: 1, image_id: 2, question: 'What?', answers: [{ answer: 'x' }] }] },
  docvqa: { data: [{ questionId: 1, question: 'What?', image: 'a.png', answers: ['x'] }] },
  chartqa: [{ imgname: 'a.png', query: 'What?', label: 'x' }],
};

async function fileOf(name: string): Promise<Uint8Array> {
  const document = documents[name];
  if (document !== undefined) return new TextEncoder().encode(JSON.stringify(document));
  const pieces: Uint8Array[] = [];
  async function* three() {
    yield* [sample, { ...sample, id: '2' }, { ...sample, id: '3' }];
  }
  for await (const piece of formats.get(name)?.write?.(three()) ?? []) pieces.push(piece);
  return new Uint8Array(Buffer.concat(pieces));
}

function mutations(bytes: Uint8Array, rounds: number): Uint8Array[] {
  let state = 99;
  const random = (below: number) => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state % below;
  };
  const words = [
    '"',
    '\\',
    '{',
    '[',
    ']',
    '}',
    ',',
    '\n',
    '\0',
    '\uFFFD',
    '1e999',
    '-',
    '<image>',
    '<box>',
    '\t',
    ';',
  ];
  return Array.from({ length: rounds }, () => {
    const at = random(bytes.length);
    const kind = random(5);
    if (kind === 0) return bytes.slice(0, at);
    if (kind === 1) return new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(at + 1 + random(20))]);
    if (kind === 2) {
      const word = new TextEncoder().encode(words[random(words.length)]);
      return new Uint8Array([...bytes.subarray(0, at), ...word, ...bytes.subarray(at)]);
    }
    const changed = bytes.slice();
    for (let times = 1 + random(4); times > 0; times--) changed[random(changed.length)] = random(256);
    return changed;
  });
}

test.each([...formats.keys()])(
  '%s: whatever is broken ends in problems with a place, or in an error with a code',
  async (name) => {
    const whole = await fileOf(name);
    const read = formats.get(name)?.read;
    expect(whole.length).toBeGreaterThan(10);
    const garbage = [
      new Uint8Array(0),
      new Uint8Array(3),
      new Uint8Array(2000),
      new TextEncoder().encode('{"a":'.repeat(20_000)),
      new TextEncoder().encode('['.repeat(20_000)),
    ];
    for (const bytes of [whole, ...garbage, ...mutations(whole, 150)]) {
      let rows = 0;
      try {
        for await (const { sample: found, problems, place } of read?.(memorySource(bytes, 'broken')) ?? []) {
          rows++;
          expect(place.file).toBe('broken');
          if (found === undefined && problems.length === 0)
            throw new Error('a row without a sample and without a word');
          for (const problem of problems) {
            expect(problem.code).toMatch(/^[a-z0-9-]+$/);
            expect(problem.place.row ?? problem.place.line).toBeGreaterThan(0);
          }
        }
      } catch (error) {
        if (!DatasetError.is(error)) throw error;
        expect(error.code).toMatch(/^[a-z0-9-]+$/);
        rows++;
      }
      if (bytes === whole) expect(rows).toBeGreaterThan(0);
    }
  },
);
