import type { Flags } from './flags.js';
import { readSamples, samplePath } from './shipped.js';

/** One question about one image. */
export interface Stop {
  readonly task: 'caption' | 'question' | 'document summary' | 'box';
  readonly image: string;
  readonly question: string;
  /** Known for the shipped images only. */
  readonly expected?: string;
}

/** The shipped images: each task in English and in Chinese, with questions whose answers are recorded. */
const SAMPLED = [
  ['caption', 'shapes-1.png', 'Describe the image.'],
  ['caption', 'shapes-0.png', '描述这张图片。'],
  ['question', 'shapes-1.png', 'How many shapes are there?'],
  ['question', 'shapes-2.png', '圆形是什么颜色？'],
  ['box', 'shapes-2.png', '请给出这句话所描述区域的边界框坐标：<ref>蓝色圆形</ref>'],
  ['document summary', 'receipt-5.png', '总结这份文档。'],
] as const;

/** The receipt's recorded questions are Chinese; this is its summary in English. */
const ENGLISH_SUMMARY: Stop = {
  task: 'document summary',
  image: samplePath('receipt-5.png'),
  question: 'Summarize this document.',
  expected: 'A receipt from Blue River Cafe dated 2029-01-26 with 5 items. The total is $216.30.',
};

/** What is asked, in order. */
export async function planTour({ images, prompt }: Flags): Promise<readonly Stop[]> {
  return images.length > 0 ? images.flatMap((image) => ownStops(image, prompt)) : sampledStops(prompt);
}

function ownStops(image: string, prompt: string | undefined): Stop[] {
  if (prompt !== undefined) return [{ task: 'question', image, question: prompt }];
  return [
    { task: 'caption', image, question: 'Describe the image.' },
    { task: 'caption', image, question: '描述这张图片。' },
    { task: 'question', image, question: 'What is the most striking thing in the image?' },
    { task: 'question', image, question: '图中最显眼的是什么？' },
    { task: 'document summary', image, question: 'Summarize this document.' },
    { task: 'document summary', image, question: '总结这份文档。' },
  ];
}

async function sampledStops(prompt: string | undefined): Promise<Stop[]> {
  if (prompt !== undefined) return ownStops(samplePath('shapes-1.png'), prompt);
  const samples = await readSamples();
  const stops = SAMPLED.map(([task, file, question]): Stop => {
    const turn = samples
      .find((sample) => sample.file === file)
      ?.turns.find((entry) => entry.question === question);
    if (turn === undefined) throw new Error(`samples.json has no question '${question}' about ${file}`);
    return { task, image: samplePath(file), question, expected: turn.expected };
  });
  return [...stops, ENGLISH_SUMMARY];
}
