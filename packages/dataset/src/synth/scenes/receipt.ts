import { fontFor, resized } from '../fonts.js';
import { wordsFor } from '../held-out.js';
import { verbatim } from '../phrases.js';
import type { Scene, SceneContext, Stroke } from '../scene.js';
import { goods, type Rgb, stores } from '../words.js';
import { absent } from './unanswerable.js';

const labels = { en: ['Date', 'No.', 'Total'], zh: ['日期', '单号', '合计'] } as const;

/** A shop's receipt in small print, which high-resolution tiles show and the thumbnail doesn't. */
export function receiptScene(context: SceneContext): Scene {
  const { random, split, measure } = context;
  const language = random.pick(['en', 'zh'] as const);
  const store = random.pick(wordsFor(stores, split))[language];
  const count = random.integer(2, 6);
  const items = random.some(wordsFor(goods, split), count).map((word) => word[language]);
  // Whole tenths, so that the sum is exact; no price twice, so that the dearest is one.
  const tenths = random.some(
    Array.from({ length: 990 }, (_, index) => index + 10),
    count,
  );
  const money = (amount: number): string => `${language === 'en' ? '$' : '¥'}${(amount / 10).toFixed(2)}`;
  const total = money(tenths.reduce((sum, price) => sum + price, 0));
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `20${random.integer(10, 29)}-${two(random.integer(1, 12))}-${two(random.integer(1, 28))}`;
  const number = String(random.integer(0, 999_999)).padStart(6, '0');

  const font = fontFor(store, random, random.integer(17, 22));
  const bold = resized(font, font.size + 6);
  const width = random.integer(380, 470);
  const pad = random.integer(18, 40);
  const line = Math.floor(font.size * 1.6);
  const height = pad * 2 + line * (count + 6) + random.integer(0, 120);
  const paper = random.integer(232, 255);
  const shade = random.integer(0, 60);
  const fill: Rgb = [shade, shade, shade];
  const strokes: Stroke[] = [];
  const left = (text: string, y: number, used = font) =>
    strokes.push({ type: 'text', x: pad, y, text, font: used, fill });
  const right = (text: string, y: number, used = font) => {
    const latin = resized(used, used.size, text);
    strokes.push({ type: 'text', x: width - pad - measure(text, latin), y, text, font: latin, fill });
  };
  const rule = (y: number) =>
    strokes.push({ type: 'line', from: [pad, y], to: [width - pad, y], width: 1, stroke: fill });
  let y = pad + bold.size;
  strokes.push({ type: 'text', x: (width - measure(store, bold)) / 2, y, text: store, font: bold, fill });
  y += Math.floor(line * 1.5);
  const [dateLabel, numberLabel, totalLabel] = labels[language];
  for (const [label, value] of [
    [dateLabel, date],
    [numberLabel, number],
  ]) {
    left(`${label}: ${value}`, y);
    y += line;
  }
  rule(y - font.size + 4);
  y += 12;
  for (const [index, item] of items.entries()) {
    left(item, y);
    right(money(tenths[index]!), y);
    y += line;
  }
  rule(y - font.size + 4);
  y += 16;
  left(totalLabel, y, bold);
  right(total, y, bold);

  const picked = random.integer(0, count - 1);
  const dearest = items[tenths.indexOf(Math.max(...tenths))]!;
  return {
    kind: 'receipt',
    language,
    drawing: { width, height, background: [paper, paper, paper - random.integer(0, 12)], strokes },
    graph: {
      store,
      date,
      number,
      total,
      items: items.map((name, index) => ({ name, price: money(tenths[index]!) })),
    },
    questions: [
      {
        template: 'receipt.total',
        question: { en: 'What is the total?', zh: '合计是多少？' },
        answer: verbatim(total),
      },
      {
        template: 'receipt.date',
        question: { en: 'What is the date?', zh: '日期是哪天？' },
        answer: verbatim(date),
      },
      {
        template: 'receipt.number',
        question: { en: 'What is the receipt number?', zh: '单号是多少？' },
        answer: verbatim(number),
      },
      {
        template: 'receipt.store',
        question: { en: 'Which store is it from?', zh: '这是哪家店的？' },
        answer: verbatim(store),
      },
      {
        template: 'receipt.price',
        question: { en: `How much is the ${items[picked]}?`, zh: `${items[picked]}多少钱？` },
        answer: verbatim(money(tenths[picked]!)),
      },
      {
        template: 'receipt.dearest',
        question: { en: 'Which item is the most expensive?', zh: '哪件商品最贵？' },
        answer: verbatim(dearest),
      },
      {
        template: 'receipt.count',
        question: { en: 'How many items are there?', zh: '一共有几件商品？' },
        answer: verbatim(String(count)),
      },
      {
        template: 'receipt.items',
        question: { en: 'List the items.', zh: '列出商品。' },
        answer: { en: items.join(', '), zh: items.join('、') },
      },
      {
        template: 'receipt.summary',
        question: { en: 'Summarize this document.', zh: '总结这份文档。' },
        answer: {
          en: `A receipt from ${store} dated ${date} with ${count} items. The total is ${total}.`,
          zh: `这是${store}的收据，日期${date}，共${count}件商品，合计${total}。`,
        },
      },
      ...absent(context, 'receipt.absent', items, language, (item) => ({
        en: `How much is the ${item}?`,
        zh: `${item}多少钱？`,
      })),
    ],
  };
}
