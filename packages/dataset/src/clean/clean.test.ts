import { describe, expect, it } from 'vitest';
import { chineseConverter } from '../language/chinese-converter.js';
import type { Reading } from '../sample/reading.js';
import type { Sample } from '../sample/sample.js';
import { clean } from './clean.js';
import type { CleanOptions, CleanRow, CleanSummary } from './clean-options.js';
import { EvaluationText } from './decontaminate.js';
import { EvaluationImages } from './evaluation-images.js';
import { ImageClusters } from './image-clusters.js';
import type { Hash64 } from './text-key.js';

function sample(id: number, question: string, answer: string, image?: string): Sample {
  return {
    id: String(id),
    images: image === undefined ? [] : [{ path: image }],
    turns: [
      {
        role: 'user',
        parts: [
          ...(image === undefined ? [] : [{ type: 'image', imageIndex: 0 } as const]),
          { type: 'text', text: question },
        ],
      },
      { role: 'assistant', parts: [{ type: 'text', text: answer }] },
    ],
  };
}

async function run(
  samples: readonly (Sample | undefined)[],
  options: CleanOptions,
): Promise<{ rows: CleanRow[]; summary: CleanSummary }> {
  async function* readings(): AsyncGenerator<Reading> {
    for (const [index, one] of samples.entries()) {
      const place = { file: 'a.jsonl', line: index + 1 };
      yield one === undefined
        ? { place, problems: [{ code: 'json-invalid', severity: 'error', message: 'Expected JSON.', place }] }
        : { place, sample: one, problems: [] };
    }
  }
  const rows: CleanRow[] = [];
  const events = clean(readings(), options);
  for (;;) {
    const { done, value } = await events.next();
    if (done) return { rows, summary: value };
    rows.push(value);
  }
}

const codes = (rows: readonly CleanRow[]): string[] =>
  rows.map(({ kept, verdicts }) => (kept ? 'kept' : (verdicts[0]?.code ?? '')));

const zh = '图中是清晨一个热闹的街边市场，几位摊贩正在摆放一篮篮水果，行人从旁边走过，天空很蓝。';
const en = 'A busy street market in the early morning, with several vendors arranging baskets of fruit.';

describe('duplicates', () => {
  it('have the same images and words, whatever their case, width and marks', async () => {
    const { rows, summary } = await run(
      [
        sample(1, 'What is it?', 'A dog.', 'a.jpg'),
        sample(2, 'what is it', 'Ａ dog', 'a.jpg'),
        sample(3, 'What is it?', 'A dog.', 'b.jpg'),
        sample(4, 'What is it?', 'A cat.', 'a.jpg'),
        undefined,
      ],
      {},
    );
    expect(codes(rows)).toEqual(['kept', 'duplicate', 'kept', 'kept', 'unreadable']);
    expect(rows[1]?.verdicts[0]).toEqual({
      code: 'duplicate',
      message: 'Line 1 has the same images and words.',
      facts: { first: 1 },
    });
    expect(summary).toEqual({
      rows: 5,
      kept: 3,
      changed: 0,
      removed: { duplicate: 1, unreadable: 1 },
      personalData: {},
    });
  });

  it('have the same boxes', async () => {
    const boxed = (id: number, right: number): Sample => ({
      ...sample(id, 'Where?', 'Here', 'a.jpg'),
      turns: [
        {
          role: 'assistant',
          parts: [{ type: 'box', boxes: [[0, 0, right, 0.5]], convention: 'thousandths' }],
        },
      ],
    });
    expect(codes((await run([boxed(1, 0.2), boxed(2, 0.3), boxed(3, 0.2)], {})).rows)).toEqual([
      'kept',
      'kept',
      'duplicate',
    ]);
  });

  it('of words alone with scope text', async () => {
    const { rows } = await run([sample(1, 'a b', 'c', 'a.jpg'), sample(2, 'a b', 'c', 'b.jpg')], {
      scope: 'text',
    });
    expect(codes(rows)).toEqual(['kept', 'duplicate']);
  });

  it('nearly the same, in English and in Chinese, under the same image', async () => {
    const { rows } = await run(
      [
        sample(1, 'Describe.', en, 'a.jpg'),
        sample(2, 'Describe.', en.replace('busy', 'lively'), 'a.jpg'),
        sample(3, 'Describe.', en.replace('busy', 'lively'), 'b.jpg'),
        sample(4, '描述图片。', zh, 'a.jpg'),
        sample(5, '描述图片。', zh.replace('热闹', '繁忙'), 'a.jpg'),
        sample(
          6,
          '描述图片。',
          '两只猫趴在沙发上睡觉，旁边放着一本打开的书和一杯咖啡，阳光照进来。',
          'a.jpg',
        ),
        sample(7, 'How many?', '2', 'a.jpg'),
        sample(8, 'How many?', '3', 'a.jpg'),
      ],
      { near: { threshold: 0.7, bands: 40, rows: 5 } },
    );
    expect(codes(rows)).toEqual([
      'kept',
      'near-duplicate',
      'kept',
      'kept',
      'near-duplicate',
      'kept',
      'kept',
      'kept',
    ]);
    expect(rows[4]?.verdicts[0]?.facts).toMatchObject({ first: 4 });
  });

  it('of images that look alike count as one image', async () => {
    const looks: Record<string, Hash64> = {
      'a.jpg': { high: 7, low: 0 },
      'a-large.png': { high: 6, low: 0 },
      'b.jpg': { high: 0xffff, low: 0 },
    };
    const clusters = new ImageClusters(async ({ path = '' }) => {
      const hash = looks[path];
      return hash && { hash, width: path.includes('large') ? 200 : 100, height: 100 };
    });
    const { rows } = await run(
      ['a.jpg', 'a-large.png', 'b.jpg', 'gone.jpg'].map((image, id) => sample(id, 'What?', 'A dog.', image)),
      { imageKey: clusters.key },
    );
    expect(codes(rows)).toEqual(['kept', 'duplicate', 'kept', 'kept']);
    expect(clusters.clusters()).toEqual([
      {
        best: 'a-large.png',
        members: [
          { name: 'a.jpg', width: 100, height: 100, distance: 0 },
          { name: 'a-large.png', width: 200, height: 100, distance: 1 },
        ],
      },
    ]);
  });
});

describe('evaluation sets', () => {
  it('are found by 13 words or characters, and by short texts as a whole', async () => {
    const evaluation = new EvaluationText();
    evaluation.add(en, 'eval:1');
    evaluation.add(zh, 'eval:2');
    evaluation.add('How many red squares are there?', 'eval:3');
    evaluation.add('What is this?', 'eval:4');
    const { rows } = await run(
      [
        sample(1, 'Look:', `Well, ${en.toUpperCase()}`),
        sample(2, '看图', `他说：${zh.slice(5, 25)}`),
        sample(3, 'Tell me: how many red squares are there? Now.', '2'),
        sample(4, 'What is this?', 'A dog'),
        sample(5, 'Describe.', en.split(' ').slice(0, 12).join(' ')),
      ],
      { evaluationText: evaluation },
    );
    expect(codes(rows)).toEqual([
      'contaminated-text',
      'contaminated-text',
      'contaminated-text',
      'kept',
      'kept',
    ]);
    expect(rows[1]?.verdicts[0]?.facts.evaluation).toBe('eval:2');
  });

  it('are found by how an image looks', async () => {
    const looks: Record<string, Hash64> = {
      'e.jpg': { high: 0, low: 0 },
      'a.jpg': { high: 0, low: 0b111 },
      'b.jpg': { high: 0xff, low: 0 },
    };
    const images = new EvaluationImages(async ({ path = '' }) => looks[path]);
    await images.add({ path: 'e.jpg' }, 'eval:7');
    const { rows } = await run([sample(1, 'a', 'b', 'a.jpg'), sample(2, 'a', 'b', 'b.jpg')], {
      evaluationImages: images,
    });
    expect(codes(rows)).toEqual(['contaminated-image', 'kept']);
    expect(rows[0]?.verdicts[0]?.facts).toEqual({ evaluation: 'eval:7', distance: 3 });
  });
});

describe('repetition', () => {
  const loop = sample(1, '读', '重复重复重复重复');
  const words = sample(2, 'Read', Array.from({ length: 40 }, (_, at) => `word${at % 4}`).join(' '));
  it("is seen in both languages by our measure, in English alone by upstream's", async () => {
    expect(codes((await run([loop, words], { repetition: 'own' })).rows)).toEqual([
      'repetition',
      'repetition',
    ]);
    const upstream = await run([loop, words], { repetition: 'internvl', repetitionThreshold: 0.1 });
    expect(codes(upstream.rows)).toEqual(['kept', 'repetition']);
  });
});

describe('personal data', () => {
  const row = sample(1, 'Who?', 'Call 138-1234-5678 or write to li.lei@example.com.');
  it('is reported, taken out of the text, or takes the row out', async () => {
    const reported = await run([row], { personalData: 'report' });
    expect(codes(reported.rows)).toEqual(['kept']);
    expect(reported.rows[0]?.sample).toBe(row);
    expect(reported.summary.personalData).toEqual({ email: 1, phone: 1 });
    const redacted = await run([row], { personalData: 'redact' });
    expect(redacted.rows[0]?.sample?.turns[1]?.parts[0]).toEqual({
      type: 'text',
      text: 'Call [PHONE] or write to [EMAIL].',
    });
    expect(redacted.summary.changed).toBe(1);
    expect(codes((await run([row], { personalData: 'drop' })).rows)).toEqual(['personal-data']);
  });
});

it('words are converted where that changes anything', async () => {
  const convert = await chineseConverter('traditional', 'simplified');
  const { rows, summary } = await run([sample(1, '這是什麼？', '圖書館'), sample(2, 'What?', '人口')], {
    convert,
  });
  expect(rows.map(({ changed }) => changed)).toEqual([true, false]);
  expect(rows[0]?.sample?.turns[1]?.parts[0]).toEqual({ type: 'text', text: '图书馆' });
  expect(summary.changed).toBe(1);
});
