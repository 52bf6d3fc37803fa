import { describe, expect, test } from 'vitest';
import type { Problem } from '../sample/problem.js';
import type { Sample } from '../sample/sample.js';
import { memorySource } from '../source/input.js';
import type { Format, ReadFormatOptions, WriteFormatOptions } from './format.js';
import { formats } from './formats.js';

const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 1, 2, 3]);
const jpeg = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 9, 8]);

async function write(format: Format, samples: readonly Sample[], options: WriteFormatOptions = {}) {
  const pieces: Uint8Array[] = [];
  const problems: Problem[] = [];
  async function* all() {
    yield* samples;
  }
  const writer = format.write?.(all(), { onProblem: (problem) => problems.push(problem), ...options });
  if (writer === undefined) throw new Error(`${format.name} is only read`);
  for await (const piece of writer) pieces.push(piece);
  return { bytes: new Uint8Array(Buffer.concat(pieces)), problems };
}

async function read(format: Format, bytes: Uint8Array, options: ReadFormatOptions = {}) {
  const samples: Sample[] = [];
  const problems: Problem[] = [];
  if (format.read === undefined) throw new Error(`${format.name} is only written`);
  for await (const reading of format.read(memorySource(bytes, 'data.x'), options)) {
    if (reading.sample !== undefined) samples.push(reading.sample);
    problems.push(...reading.problems);
  }
  return { samples, problems };
}

const named = (name: string): Format => {
  const format = formats.get(name);
  if (format === undefined) throw new Error(name);
  return format;
};

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Any conversation: system turn, several images out of order, boxes, refs, facts. */
const rich: Sample = {
  id: 'a-1',
  lang: 'zh',
  task: 'grounding',
  source: 'own',
  license: 'CC0-1.0',
  split: 'train',
  images: [
    { path: 'images/猫.jpg', width: 640, height: 480 },
    { path: 'images/b.png', width: 100, height: 50 },
  ],
  turns: [
    { role: 'system', parts: [{ type: 'text', text: '你是助手。' }] },
    {
      role: 'user',
      parts: [
        { type: 'image', imageIndex: 0 },
        { type: 'text', text: '\n' },
        { type: 'image', imageIndex: 1 },
        { type: 'text', text: '\nWhere is ' },
        { type: 'ref', text: 'the "dog", A & B' },
        { type: 'text', text: '?\n<b>bold</b>, a < b' },
      ],
    },
    {
      role: 'assistant',
      parts: [
        { type: 'ref', text: '狗' },
        {
          type: 'box',
          boxes: [
            [0.1, 0.2, 0.3, 0.404],
            [0, 0, 1, 1],
          ],
          convention: 'thousandths',
          spelled: '[[100, 200, 300, 404], [0, 0, 1000, 1000]]',
        },
        { type: 'text', text: '。' },
      ],
    },
  ],
  meta: { note: { deep: [1, null, 'x'] }, score: 0.5 },
};
const pair: Sample = {
  id: '7',
  lang: 'zh',
  task: 'vqa',
  source: 'own',
  license: 'MIT',
  split: 'val',
  images: [{ path: 'a.png' }],
  turns: [
    {
      role: 'user',
      parts: [
        { type: 'image', imageIndex: 0 },
        { type: 'text', text: '\nWhat, "exactly"?' },
      ],
    },
    { role: 'assistant', parts: [{ type: 'text', text: '一只猫,\n坐着' }] },
  ],
  meta: { pairing: 'en-zh' },
};
const text: Sample = {
  id: 't',
  images: [],
  turns: [
    { role: 'user', parts: [{ type: 'text', text: 'Hi' }] },
    { role: 'assistant', parts: [{ type: 'text', text: '你好' }] },
  ],
};
const stored: Sample = { ...pair, images: [{ path: 'a.png', bytes: png }] };
const two: Sample = {
  ...rich,
  images: [
    { path: 'images/猫.jpg', width: 640, height: 480, bytes: jpeg },
    { path: 'images/b.png', width: 100, height: 50, bytes: png },
  ],
};

describe('samples → file → samples', () => {
  test.each<[string, Sample[]]>([
    ['internvl', [rich, pair, text]],
    ['messages', [pair, text]],
    ['sharegpt', [pair, text]],
    ['llava', [pair, text]],
    ['csv', [pair]],
    ['samples', [rich, pair, text, stored]],
    ['parquet', [rich, pair, text, two, stored]],
    ['webdataset', [two, stored, text]],
  ])('%s', async (name, samples) => {
    const format = named(name);
    const { bytes, problems } = await write(format, samples);
    expect(problems).toEqual([]);
    const again = await read(format, bytes);
    expect(again.problems).toEqual([]);
    expect(again.samples).toEqual(samples);
    // The same samples are the same bytes.
    expect((await write(format, again.samples)).bytes).toEqual(bytes);
  });

  test('openai keeps texts and the bytes of images', async () => {
    const { bytes } = await write(named('openai'), [two, text]);
    const { samples, problems } = await read(named('openai'), bytes);
    expect(problems).toEqual([]);
    expect(samples.map(({ turns }) => turns)).toEqual([two.turns, text.turns]);
    expect(samples[0]?.images).toEqual([{ bytes: jpeg }, { bytes: png }]);
  });

  test('messages keep boxes as objects', async () => {
    const one: Sample = { ...rich, images: rich.images.slice(0, 1), turns: rich.turns.slice(2) };
    const grounded: Sample = {
      ...one,
      turns: [{ role: 'user', parts: [{ type: 'image', imageIndex: 0 }] }, ...one.turns],
    };
    const { bytes } = await write(named('messages'), [grounded]);
    const [row] = JSON.parse(`[${Buffer.from(bytes).toString()}]`);
    expect(row).toMatchObject({
      messages: [{ content: '<image>' }, { content: '<ref-object><bbox><bbox>。' }],
      objects: {
        ref: ['狗'],
        bbox: [
          [64, 96, 192, 194],
          [0, 0, 640, 480],
        ],
        bbox_type: 'real',
      },
    });
    const { samples } = await read(named('messages'), bytes);
    expect(samples[0]?.turns[1]?.parts.filter(({ type }) => type === 'box')).toMatchObject([
      { convention: 'pixels', boxes: [[0.1, 0.2, 0.3, 194 / 480]] },
      { convention: 'pixels', boxes: [[0, 0, 1, 1]] },
    ]);
  });
});

describe('file → samples → file', () => {
  test.each<[string, string, ReadFormatOptions?]>([
    [
      'internvl',
      [
        '{"id":0,"image":"a.jpg","width":10,"height":20,"conversations":[{"from":"human","value":"<image>\\nWhat?"},{"from":"gpt","value":"图 <box>[[1,2, 3,4]]</box>"}],"length":12}',
        '{"id":"x","image":["a.jpg","b.jpg"],"width_list":[1,2],"height_list":[3,4],"conversations":[{"from":"human","value":"Image-1: <image>\\nImage-2: <image>\\n"},{"from":"gpt","value":"<quad>[[1,2,3,4,5,6,7,8]]</quad> 0 < 1"}]}',
        '{"id":2,"conversations":[{"from":"system","value":"S"},{"from":"human","value":""},{"from":"gpt","value":"<ref>a</ref> <box>no</box>"}],"video":"v.mp4","clip":[0,1]}',
      ].join('\n'),
    ],
    [
      'llava',
      '[\n{"id":"000","image":"coco/1.jpg","conversations":[{"from":"human","value":"<image>\\nWhere? [0.1, 0.25, 0.3, 0.4]"},{"from":"gpt","value":"At [1, 2] in [0, 1, 0, 1]"}],"model":"x"},\n{"id":"001","conversations":[{"from":"human","value":"Hi"},{"from":"gpt","value":"Ho"}]}\n]',
    ],
    [
      'messages',
      '{"id":"1","messages":[{"role":"system","content":"S"},{"role":"user","content":"<image>Find <ref-object>"},{"role":"assistant","content":"<bbox>"}],"images":["a.jpg"],"objects":{"ref":["cat"],"bbox":[[0.1,0.2,0.3,0.4]],"bbox_type":"norm1"},"rejected_response":"x"}',
    ],
    [
      'csv',
      'id,image,question_en,answer_zh,question_zh,answer_en,task,source,split,license\n1,a.png;b.png,"What, ""now""?",猫,什么?,A cat,vqa,own,train,CC0\n2,,Why?,因为,,,,,,',
      { pairing: ['en-zh', 'en-en', 'zh-zh', 'zh-en'] },
    ],
    [
      'vlmevalkit',
      'index\timage\tquestion\thint\tA\tB\tanswer\tcategory\tl2-category\tsplit\n1\tiVBORwABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ow==\tWhich?\tLook.\tred\t"blue\nor not"\tB\tx\ty\tdev',
    ],
    ['flat', '{"image":"a.png","question":"How many?","question_id":3,"answer":"two"}'],
  ])('%s', async (name, content, options) => {
    const format = named(name);
    const { samples, problems } = await read(format, bytesOf(`${content}\n`), options);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    const { bytes } = await write(format, samples);
    const text = Buffer.from(bytes).toString();
    if (name === 'vlmevalkit') expect(text.split('\n').length).toBe(content.split('\n').length + 1);
    else expect(text).toBe(`${content}\n`);
    expect((await read(format, bytes, options)).samples).toEqual(samples);
  });
});
