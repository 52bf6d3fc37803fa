import { describe, expect, test } from 'vitest';
import { blindBaseline } from './blind-baseline.js';
import { isHeldOutPair, wordsFor } from './held-out.js';
import { makeScene, sceneKinds } from './make-scene.js';
import { randomStream } from './random.js';
import type { Font, Scene, SceneKind, SceneSplit } from './scene.js';
import { askedOf } from './scene-turns.js';
import type { AskedQuestion } from './synthesise.js';
import { colours, goods, shapes, signs, stores } from './words.js';

/** Scenes are laid out by text widths; these tests need no font. */
const measure = (text: string, { size }: Font): number =>
  [...text].reduce((sum, character) => sum + (character > '\u2e80' ? size : size * 0.55), 0);

const scene = (kind: SceneKind, index: number, split: SceneSplit = 'train', seed = 0): Scene =>
  makeScene(kind, index, { seed, split, measure });
const many = (kind: SceneKind, split: SceneSplit = 'train', count = 200): Scene[] =>
  Array.from({ length: count }, (_, index) => scene(kind, index, split));

describe.each(sceneKinds)('%s', (kind) => {
  test('depends on seed, split and number alone', () => {
    const forwards = [0, 1, 2].map((index) => scene(kind, index));
    const backwards = [2, 1, 0].map((index) => scene(kind, index)).reverse();
    expect(backwards).toEqual(forwards);
    const others = [forwards[0], forwards[1], scene(kind, 0, 'train', 1), scene(kind, 0, 'held-out')];
    expect(new Set(others.map((other) => JSON.stringify(other?.drawing))).size).toBe(4);
  });

  test('stays inside the picture', () => {
    for (const { drawing } of [...many(kind), ...many(kind, 'held-out')]) {
      const { width, height, strokes } = drawing;
      expect([width, height].every(Number.isInteger)).toBe(true);
      for (const stroke of strokes) {
        if (stroke.type !== 'text') continue;
        expect(stroke.x).toBeGreaterThanOrEqual(0);
        expect(stroke.x + measure(stroke.text, stroke.font)).toBeLessThanOrEqual(width);
        expect(stroke.y - stroke.font.size).toBeGreaterThanOrEqual(-1);
        expect(stroke.y).toBeLessThanOrEqual(height);
      }
    }
  });

  test('has questions in both languages, none of them empty', () => {
    for (const { questions } of many(kind, 'train', 50)) {
      for (const { question, answer, region } of questions) {
        expect(question.en).toMatch(/[?.:]\s*$/);
        expect(question.zh).toMatch(/[？。：]$/);
        if (!region) expect(answer.en.length * answer.zh.length).toBeGreaterThan(0);
      }
    }
  });
});

test('what is written in a picture is of its language', () => {
  for (const kind of ['chart', 'receipt', 'page', 'sign'] as const) {
    for (const { drawing, language } of many(kind, 'train', 40)) {
      const text = drawing.strokes.map((stroke) => (stroke.type === 'text' ? stroke.text : '')).join('');
      expect(/[\u4e00-\u9fff]/.test(text)).toBe(language === 'zh');
      for (const stroke of drawing.strokes) {
        if (stroke.type === 'text')
          expect(stroke.font.script === 'cjk').toBe(/[\u4e00-\u9fff]/.test(stroke.text));
      }
    }
  }
});

test('held-out scenes have words that training never has', () => {
  for (const list of [goods, stores, signs]) {
    const [train, heldOut] = [wordsFor(list, 'train'), wordsFor(list, 'held-out')];
    expect(train.length + heldOut.length).toBe(list.length);
    expect(train.filter((word) => heldOut.includes(word))).toEqual([]);
    expect(heldOut.length).toBeGreaterThan(1);
  }
  const known = new Set(wordsFor(goods, 'train').flatMap(({ en, zh }) => [en, zh]));
  for (const { graph } of many('page', 'held-out', 30)) {
    expect(JSON.stringify(graph)).not.toMatch(new RegExp(`"item":"(${[...known].join('|')})"`));
  }
});

test('held-out shapes have a combination that training never shows', () => {
  const pairs = (split: SceneSplit): Set<string> =>
    new Set(
      many('shapes', split).flatMap(
        ({ graph }) => JSON.stringify(graph).match(/"shape":"\w+","colour":"\w+"/g) ?? [],
      ),
    );
  const training = pairs('train');
  const named = (shape: number, colour: number) =>
    `"shape":"${shapes[shape]!.en}","colour":"${colours[colour]!.en}"`;
  let heldOut = 0;
  for (const shape of shapes.keys()) {
    for (const colour of colours.keys()) {
      if (!isHeldOutPair(shape, colour)) continue;
      heldOut++;
      expect(training.has(named(shape, colour))).toBe(false);
    }
  }
  expect(heldOut).toBeGreaterThan(5);
  for (const { graph } of many('shapes', 'held-out', 50)) {
    const own = JSON.stringify(graph).match(/"shape":"\w+","colour":"\w+"/g) ?? [];
    expect(own.some((pair) => !training.has(pair))).toBe(true);
  }
});

describe('the truth', () => {
  test('a receipt adds up', () => {
    for (const { graph, questions } of many('receipt')) {
      const prices = (JSON.stringify(graph).match(/"price":"[$¥]([\d.]+)"/g) ?? []).map((price) =>
        Number(/[\d.]+/.exec(price)![0]),
      );
      const total = questions.find(({ template }) => template === 'receipt.total')!.answer.en;
      expect(Number(total.slice(1))).toBeCloseTo(
        prices.reduce((sum, price) => sum + price, 0),
        6,
      );
    }
  });

  test('a box holds its shape', () => {
    for (const { drawing, questions } of many('shapes', 'train', 60)) {
      for (const { region } of questions) {
        if (!region) continue;
        const [x1, y1, x2, y2] = region.box;
        expect(x1).toBeGreaterThanOrEqual(0);
        expect(y2).toBeLessThanOrEqual(1);
        const inside = drawing.strokes.some((stroke) => {
          const points =
            stroke.type === 'ellipse'
              ? [[stroke.x, stroke.y] as const]
              : stroke.type === 'polygon'
                ? stroke.points
                : [];
          return points.every(
            ([x, y]) =>
              x >= x1 * drawing.width - 1e-6 &&
              x <= x2 * drawing.width + 1e-6 &&
              y >= y1 * drawing.height - 1e-6 &&
              y <= y2 * drawing.height + 1e-6,
          );
        });
        expect(inside).toBe(true);
      }
    }
  });
});

test('without looking, nobody gets far', () => {
  const asked = (from: number): AskedQuestion[] =>
    sceneKinds.flatMap((kind) =>
      Array.from({ length: 400 }, (_, index) => {
        const { questions } = scene(kind, from + index);
        return askedOf(questions, randomStream(1, `${kind}${from + index}`), 3).map(
          ({ question, language }) => ({
            template: question.template,
            language,
            answer: question.answer[language],
          }),
        );
      }).flat(),
    );
  const scores = blindBaseline(asked(0), asked(400));
  expect(scores.length).toBeGreaterThan(40);
  for (const { template, questions, answers, accuracy, chance } of scores) {
    // Three standard errors besides the five points that the answers may be out of balance by.
    const error = Math.sqrt((chance * (1 - chance)) / questions);
    if (answers > 1) expect(accuracy, template).toBeLessThanOrEqual(chance + 0.05 + 3 * error);
  }
  const yesNo = scores.find(({ template }) => template === 'shapes.exists en')!;
  expect(yesNo).toMatchObject({ answers: 2, chance: 0.5 });
  expect(yesNo.entropyBits).toBeGreaterThan(0.97);
});

test('random numbers spread evenly and are the same everywhere', () => {
  const random = randomStream(5, 'a name');
  expect(Array.from({ length: 4 }, () => random.integer(0, 999))).toMatchInlineSnapshot(`
    [
      452,
      922,
      966,
      225,
    ]
  `);
  const hits = Array<number>(10).fill(0);
  for (let draw = 0; draw < 10_000; draw++) hits[random.integer(0, 9)]!++;
  for (const count of hits) expect(Math.abs(count - 1000)).toBeLessThan(150);
  expect(random.some([1, 2, 3], 5).sort()).toEqual([1, 2, 3]);
});
