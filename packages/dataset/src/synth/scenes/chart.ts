import { fontFor, resized } from '../fonts.js';
import { wordsFor } from '../held-out.js';
import { capitalised, verbatim } from '../phrases.js';
import type { Scene, SceneContext, Stroke } from '../scene.js';
import { colours, goods, type Rgb, series } from '../words.js';

const ink: Rgb = [20, 20, 20];

/** A bar chart with three to five bars and their values. */
export function chartScene({ random, split, measure }: SceneContext): Scene {
  const language = random.pick(['en', 'zh'] as const);
  const count = random.integer(3, 5);
  const labels = random.some(wordsFor(goods, split), count).map((word) => word[language]);
  const values = random.some(
    Array.from({ length: 95 }, (_, index) => index + 5),
    count,
  );
  const title = random.pick(series)[language];
  const [width, height] = random.pick([
    [448, 336],
    [560, 420],
    [448, 448],
    [400, 300],
  ] as const);
  const font = fontFor(labels[0]!, random, random.integer(15, 20));
  const titleFont = resized(font, font.size + 6);
  const colour = random.pick(colours);
  const centred = (text: string, x: number, y: number, used = resized(font, font.size, text)): Stroke => ({
    type: 'text',
    x: x - measure(text, used) / 2,
    y,
    text,
    font: used,
    fill: ink,
  });
  const [left, right, top, bottom] = [20, width - 20, 50, height - 40];
  const strokes: Stroke[] = [
    centred(title, width / 2, 8 + titleFont.size, titleFont),
    { type: 'line', from: [left, bottom], to: [right, bottom], width: 2, stroke: [60, 60, 60] },
  ];
  const step = (right - left) / count;
  for (const [index, value] of values.entries()) {
    const x = left + step * (index + 0.5);
    const y = bottom - ((bottom - top - 20) * value) / 100;
    const [from, to] = [x - step * 0.3, x + step * 0.3];
    strokes.push(
      {
        type: 'polygon',
        points: [
          [from, y],
          [to, y],
          [to, bottom - 1],
          [from, bottom - 1],
        ],
        fill: colour.rgb,
      },
      centred(labels[index]!, x, bottom + 8 + font.size),
      centred(String(value), x, y - 6),
    );
  }
  const of = (value: number): string => labels[values.indexOf(value)]!;
  const picked = random.integer(0, count - 1);
  const pairs = labels.map((label, index) => [label, values[index]!] as const);
  return {
    kind: 'chart',
    language,
    drawing: { width, height, background: [255, 255, 255], strokes },
    graph: { title, colour: colour.en, bars: pairs.map(([label, value]) => ({ label, value })) },
    questions: [
      {
        template: 'chart.highest',
        question: { en: 'Which bar is the highest?', zh: '哪一根柱子最高？' },
        answer: verbatim(of(Math.max(...values))),
      },
      {
        template: 'chart.lowest',
        question: { en: 'Which bar is the lowest?', zh: '哪一根柱子最低？' },
        answer: verbatim(of(Math.min(...values))),
      },
      {
        template: 'chart.value',
        question: { en: `What is the value of ${labels[picked]}?`, zh: `${labels[picked]}的数值是多少？` },
        answer: verbatim(String(values[picked])),
      },
      {
        template: 'chart.title',
        question: { en: 'What is the title of the chart?', zh: '图表的标题是什么？' },
        answer: verbatim(title),
      },
      {
        template: 'chart.count',
        question: { en: 'How many bars are there?', zh: '有几根柱子？' },
        answer: verbatim(String(count)),
      },
      {
        template: 'chart.colour',
        question: { en: 'What color are the bars?', zh: '柱子是什么颜色？' },
        answer: { en: capitalised(colour.en), zh: colour.zh },
      },
      {
        template: 'chart.caption',
        question: { en: 'Describe the image.', zh: '描述这张图片。' },
        answer: {
          en: `A bar chart of ${title} with ${count} bars: ${pairs.map(([label, value]) => `${label} ${value}`).join(', ')}.`,
          zh: `一张${title}柱状图，有${count}根柱子：${pairs.map(([label, value]) => `${label}${value}`).join('，')}。`,
        },
      },
    ],
  };
}
