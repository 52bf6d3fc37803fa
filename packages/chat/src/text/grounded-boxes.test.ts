import { expect, test } from 'vitest';
import { groundedBoxes } from './grounded-boxes.js';

const image = { image: 0, width: 640, height: 480 };
const boxes = (text: string) =>
  groundedBoxes(text, image).map(({ label, left, top, right, bottom }) => [label, left, top, right, bottom]);

test('one region, in pixels, truncated', () => {
  expect(boxes('<ref>the cat</ref><box>[[100, 250, 333, 1000]]</box>')).toEqual([
    ['the cat', 64, 120, 213, 480],
  ]);
});

test('several boxes of one label, several labels, space anywhere', () => {
  const text =
    'There: <ref> cat </ref> <box> [[0,0,500,500], [500, 500, 1000, 1000]] </box> and <ref>猫</ref>\n<box>[[1,2,3,4]]</box>.';
  expect(boxes(text)).toEqual([
    ['cat', 0, 0, 320, 240],
    ['cat', 320, 240, 640, 480],
    ['猫', 0, 0, 1, 1],
  ]);
});

test('fractions, when the four add up to less than 4', () => {
  expect(boxes('<box>[[0.5, 0.25, 0.75, 1.0]]</box>')).toEqual([['', 320, 120, 480, 480]]);
});

test('a box without a label, or with words in between', () => {
  expect(boxes('<box>[[0, 0, 500, 500]]</box>')).toEqual([['', 0, 0, 320, 240]]);
  expect(boxes('<ref>cat</ref> is here <box>[[0, 0, 500, 500]]</box>')).toEqual([['', 0, 0, 320, 240]]);
});

test('corners in the wrong order and beyond the image', () => {
  expect(boxes('<box>[[900, 1200, -5, 500]]</box>')).toEqual([['', 0, 240, 576, 480]]);
});

test('an answer cut off within', () => {
  expect(boxes('<ref>a</ref><box>[[0, 0, 500, 500], [1, 2')).toEqual([['a', 0, 0, 320, 240]]);
  expect(boxes('<ref>a</ref><box>[[0, 0, 500, 500]<ref>b</ref><box>[[0, 0, 1000, 1000]]</box>')).toEqual([
    ['a', 0, 0, 320, 240],
    ['b', 0, 0, 640, 480],
  ]);
});

test.each([
  'nothing',
  '<box></box>',
  '<box>[[]]</box>',
  '<box>[[1, 2, 3]]</box>',
  '<box>[[1, 2, 3, 4, 5]]</box>',
  '<box>[[1, 2, , 4]]</box>',
  '<box>[[1, 2, x, 4]]</box>',
  '<box>[[1, 2, Infinity, 4]]</box>',
  "<box>[[__import__('os').system('ls'), 2, 3, 4]]</box>",
  '</box><box>',
  '<ref><box></ref>',
])('%s gives no box', (text) => {
  expect(boxes(text)).toEqual([]);
});
