import { fontFor, resized } from '../fonts.js';
import { wordsFor } from '../held-out.js';
import { verbatim } from '../phrases.js';
import type { Scene, SceneContext, SceneQuestion, Stroke } from '../scene.js';
import { goods, type Rgb, stores } from '../words.js';
import { absent } from './unanswerable.js';

/** A square page with a table of items and codes; square, so that the tile limits 1, 4, 9 and 16 give exactly so many tiles. */
export function pageScene(context: SceneContext): Scene {
  const { random, split, measure } = context;
  const language = random.pick(['en', 'zh'] as const);
  const side = random.integer(380, 480);
  const count = random.integer(4, 6);
  const items = random.some(wordsFor(goods, split), count).map((word) => word[language]);
  const codes = random.some(
    Array.from({ length: 10_000 }, (_, index) => String(index).padStart(4, '0')),
    count,
  );
  const title = random.pick(wordsFor(stores, split))[language];
  const font = fontFor(items[0]!, random, random.integer(14, 22));
  const bold = resized(font, font.size + 5, title);
  const paper = random.integer(235, 255);
  const shade = random.integer(0, 60);
  const fill: Rgb = [shade, shade, shade];
  const top = 14 + font.size * 2.2;
  const line = (side - top - 16) / count;
  const [left, right] = [
    random.integer(20, 60),
    random.integer(Math.floor(side * 0.5), Math.floor(side * 0.7)),
  ];
  const strokes: Stroke[] = [
    { type: 'text', x: (side - measure(title, bold)) / 2, y: 14 + bold.size, text: title, font: bold, fill },
  ];
  for (const [index, item] of items.entries()) {
    const y = top + index * line + line / 2 + font.size / 2;
    const latin = resized(font, font.size, codes[index]!);
    strokes.push(
      { type: 'text', x: left, y, text: item, font, fill },
      { type: 'text', x: right, y, text: codes[index]!, font: latin, fill },
    );
  }
  const picks = random.some(
    items.map((_, index) => index),
    3,
  );
  const questions: SceneQuestion[] = picks.map((pick) => ({
    template: 'page.code',
    question: { en: `What is the code of ${items[pick]}?`, zh: `${items[pick]}的编号是多少？` },
    answer: verbatim(codes[pick]!),
  }));
  const [first = 0] = picks;
  return {
    kind: 'page',
    language,
    drawing: { width: side, height: side, background: [paper, paper, paper], strokes },
    graph: { title, rows: items.map((item, index) => ({ item, code: codes[index]! })) },
    questions: [
      ...questions,
      {
        template: 'page.title',
        question: { en: 'What is the title?', zh: '标题是什么？' },
        answer: verbatim(title),
      },
      {
        template: 'page.count',
        question: { en: 'How many rows are there?', zh: '一共有几行？' },
        answer: verbatim(String(count)),
      },
      {
        template: 'page.item',
        question: { en: `Which item has the code ${codes[first]}?`, zh: `编号${codes[first]}是哪一项？` },
        answer: verbatim(items[first]!),
      },
      ...absent(context, 'page.absent', items, language, (item) => ({
        en: `What is the code of ${item}?`,
        zh: `${item}的编号是多少？`,
      })),
    ],
  };
}
