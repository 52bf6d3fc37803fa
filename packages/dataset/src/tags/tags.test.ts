import { expect, test } from 'vitest';
import { detectConvention, fromFractions, toFractions } from '../boxes/convention.js';
import { parseText } from './parse-text.js';
import { spellParts } from './spell-parts.js';

test.each([
  'plain',
  '<ref>dog</ref><box>[[1, 2, 3, 4]]</box>',
  '<ref>狗</ref> <box>[[1,2,3,4],[5, 6,7,8]]</box><quad>[[1,2,3,4,5,6,7,8]]</quad>',
  '<box>[1, 2, 3]</box> <box>x</box> <box>[[1.2.3, 1, 2, 3]]</box> <ref>open <box> </ref>',
  '<video>\n<image> a < b > c </ref><ref></ref>',
  '<box>[[0.1, 0.2, 0.3, 0.40]]</box>',
])('%j comes back as it was', (text) => {
  expect(spellParts(parseText(text))).toBe(text);
});

test('images where there are images for them, text where not', () => {
  let next = 0;
  const parts = parseText('<image>a<image>b<image>', { nextImage: () => (next < 2 ? next++ : undefined) });
  expect(parts).toEqual([
    { type: 'image', imageIndex: 0 },
    { type: 'text', text: 'a' },
    { type: 'image', imageIndex: 1 },
    { type: 'text', text: 'b<image>' },
  ]);
});

test.each([
  ['[[0, 0, 1, 1]]', 'fractions', [0, 0, 1, 1]],
  ['[[10, 20, 300, 1000]]', 'thousandths', [0.01, 0.02, 0.3, 1]],
  ['[[10, 20, 300, 1200]]', 'pixels', [0.005, 0.02, 0.15, 1.2]],
])('%s are %s', (numbers, convention, box) => {
  const [part] = parseText(`<box>${numbers}</box>`, { size: { width: 2000, height: 1000 } });
  expect(part).toMatchObject({ type: 'box', convention, boxes: [box] });
});

test('pixels without a size stay text, and are told', () => {
  const told: string[] = [];
  const parts = parseText('<box>[[10, 20, 300, 1200]]</box>', { onBadBox: (_, reason) => told.push(reason) });
  expect(parts).toMatchObject([{ type: 'text' }]);
  expect(told).toEqual(['size-unknown']);
});

test('bare boxes of LLaVA, and four numbers that are none', () => {
  const parts = parseText('at [0.1, 0.2, 0.3, 0.4], not [1, 0, 1, 0] or [2.5, 1, 1, 1]', { bareBoxes: true });
  expect(parts.map(({ type }) => type)).toEqual(['text', 'box', 'text']);
  expect(spellParts(parts, { bare: true })).toBe(
    'at [0.1, 0.2, 0.3, 0.4], not [1, 0, 1, 0] or [2.5, 1, 1, 1]',
  );
});

test('every convention goes there and back', () => {
  const size = { width: 640, height: 480 };
  const cases = [
    ['thousandths', [0, 1, 999, 1000]],
    ['pixels', [0, 1, 639, 480]],
    ['pixels-xywh', [3, 5, 600, 400]],
    ['fractions', [0, 0.123456, 0.5, 1]],
  ] as const;
  for (const [convention, box] of cases) {
    const fractions = toFractions(box, convention, size) ?? [];
    for (const rounding of ['round', 'truncate'] as const) {
      expect(fromFractions(fractions, convention, size, rounding)).toEqual(box);
    }
  }
  expect(fromFractions([0.1239, 0, 0, 0], 'thousandths', undefined, 'truncate')?.[0]).toBe(123);
  expect(fromFractions([0.1239, 0, 0, 0], 'thousandths', undefined, 'round')?.[0]).toBe(124);
  expect(fromFractions([0.1, 0, 0, 0], 'pixels', undefined)).toBeUndefined();
  expect(
    detectConvention([
      [0, 0, 1, 1],
      [0, 0, 5, 5],
    ]),
  ).toBe('thousandths');
});

test('worst texts take a moment, not minutes', () => {
  for (const piece of ['<ref>', '<box>', '<box>[[1,1,1,1', '[0.1, 0.1, 0.1, ', '<box>[[1111111111']) {
    const text = piece.repeat(200_000 / piece.length);
    expect(spellParts(parseText(text, { bareBoxes: true }), { bare: true })).toBe(text);
    expect(spellParts(parseText(`${text}</box>`))).toBe(`${text}</box>`);
  }
});
