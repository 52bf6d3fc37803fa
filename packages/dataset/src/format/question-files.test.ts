import { expect, test } from 'vitest';
import type { Sample } from '../sample/sample.js';
import { memorySource } from '../source/input.js';
import { cocoCaptions } from './coco-captions.js';
import type { Format, ReadFormatOptions } from './format.js';
import { chartqa, docvqa, flat, vqa } from './questions.js';

const source = (value: unknown, name = 'a.json') =>
  memorySource(new TextEncoder().encode(JSON.stringify(value)), name);

async function read(format: Format, value: unknown, options: ReadFormatOptions = {}) {
  const samples: Sample[] = [];
  const codes: string[] = [];
  for await (const reading of format.read?.(source(value), options) ?? []) {
    if (reading.sample !== undefined) samples.push(reading.sample);
    codes.push(...reading.problems.map(({ code }) => code));
  }
  return { samples, codes };
}

async function write(format: Format, samples: readonly Sample[]): Promise<string> {
  async function* all() {
    yield* samples;
  }
  let text = '';
  for await (const piece of format.write?.(all()) ?? []) text += new TextDecoder().decode(piece);
  return text;
}

const asked = (image: string, question: string, answer?: string) => ({
  images: [{ path: image }],
  turns: [
    {
      role: 'user',
      parts: [
        { type: 'image', imageIndex: 0 },
        { type: 'text', text: `\n${question}` },
      ],
    },
    ...(answer === undefined ? [] : [{ role: 'assistant', parts: [{ type: 'text', text: answer }] }]),
  ],
});

test('COCO: captions joined to images, in whatever order the file has them; a result file back', async () => {
  const images = [{ id: 5, file_name: 'COCO_val2014_000000000005.jpg', width: 640, height: 480 }];
  const annotations = [
    { id: 1, image_id: 5, caption: 'A cat.' },
    { id: 2, image_id: 9, caption: 'Lost.' },
    { id: 3, image_id: 5, caption: 'One cat.' },
  ];
  for (const document of [
    { info: {}, images, annotations },
    { annotations, images },
  ]) {
    const { samples, codes } = await read(cocoCaptions, document);
    expect(codes).toEqual(['image-unknown']);
    expect(samples.map(({ id }) => id)).toEqual(['1', '3']);
    expect(samples[0]?.images).toEqual([{ path: 'COCO_val2014_000000000005.jpg', width: 640, height: 480 }]);
    expect(JSON.parse(await write(cocoCaptions, samples))).toEqual([
      { image_id: 5, caption: 'A cat.' },
      { image_id: 5, caption: 'One cat.' },
    ]);
  }
});

test('VQAv2: two files joined, the answer most people gave, all of them kept', async () => {
  const questions = {
    info: { year: 2017 },
    questions: [
      { image_id: 262148, question: 'Where is he looking?', question_id: 262148000 },
      { image_id: 393225, question: 'What?', question_id: 2 },
      { image_id: 1, question: 'Unanswered?', question_id: 3 },
    ],
  };
  const answers = [
    { answer: 'up', answer_id: 1, answer_confidence: 'yes' },
    { answer: 'down', answer_id: 2 },
    { answer: 'down', answer_id: 3 },
  ];
  const annotations = {
    annotations: [
      { question_id: 2, image_id: 393225, multiple_choice_answer: 'red', answers },
      { question_id: 262148000, image_id: 262148, answers },
    ],
  };
  const { samples, codes } = await read(vqa, questions, { annotations: source(annotations) });
  expect(codes).toEqual(['annotation-missing']);
  expect(samples).toMatchObject([
    { id: '262148000', ...asked('000000262148.jpg', 'Where is he looking?', 'down'), meta: { answers } },
    { id: '2', ...asked('000000393225.jpg', 'What?', 'red') },
    { id: '3', ...asked('000000000001.jpg', 'Unanswered?') },
  ]);
});

test('TextVQA and VizWiz: answers in the one file', async () => {
  const text = {
    dataset_name: 'textvqa',
    data: [{ question_id: 1, question: 'Brand?', image_id: 'abc', answers: ['x', 'y', 'y'] }],
  };
  expect((await read(vqa, text)).samples).toMatchObject([asked('abc.jpg', 'Brand?', 'y')]);
  const viz = [
    {
      image: 'v.jpg',
      question: 'What?',
      answers: [{ answer: 'a can', answer_confidence: 'yes' }],
      answerable: 1,
    },
  ];
  expect((await read(vqa, viz)).samples).toMatchObject([
    { ...asked('v.jpg', 'What?', 'a can'), meta: { answerable: 1 } },
  ]);
});

test('DocVQA: a submission back', async () => {
  const document = {
    dataset_name: 'docvqa',
    data: [
      {
        questionId: 49153,
        question: 'What?',
        image: 'documents/a.png',
        answers: ['0.28', '.28'],
        docId: 14465,
      },
    ],
  };
  const { samples } = await read(docvqa, document);
  expect(samples).toMatchObject([
    { id: '49153', ...asked('documents/a.png', 'What?', '0.28'), meta: { docId: 14465 } },
  ]);
  expect(JSON.parse(await write(docvqa, samples))).toEqual([{ questionId: 49153, answer: '0.28' }]);
});

test('ChartQA, and the flat rows that InternVL evaluates', async () => {
  const { samples } = await read(chartqa, [{ imgname: '1.png', query: 'How many?', label: '14' }]);
  expect(samples).toMatchObject([asked('1.png', 'How many?', '14')]);
  expect(JSON.parse(await write(flat, samples))).toEqual({
    image: '1.png',
    question: 'How many?',
    question_id: 'a:1',
    answer: '14',
    label: '14',
  });
  const rows = await read(flat, [
    { image: 'a', question: 'Q', question_id: 1, answer: ['x', 'x', 'y'] },
    { image: 'b' },
    7,
  ]);
  expect(rows.samples).toMatchObject([{ meta: { answer: ['x', 'x', 'y'] } }]);
  expect(rows.codes).toEqual(['text-missing', 'row-shape']);
});
