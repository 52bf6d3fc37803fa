import type { Question } from './scenes.js';

/** Whether an answer is right: to the letter, tags of regions aside; a box where it overlaps the true one by half (IoU ≥ 0.5). */
export function isRight({ task, expected }: Question, answer: string): boolean {
  if (task !== 'box') return answer === withoutTags(expected);
  const [given, wanted] = [boxIn(answer), boxIn(withoutTags(expected))];
  return given !== undefined && wanted !== undefined && overlap(given, wanted) >= 0.5;
}

/** Answers come without special tokens. */
function withoutTags(text: string): string {
  return text.replaceAll(/<\/?(?:ref|box)>/g, '');
}

type Box = readonly [left: number, top: number, right: number, bottom: number];

function boxIn(text: string): Box | undefined {
  const found = /\[\[(\d+), (\d+), (\d+), (\d+)\]\]/.exec(text)?.slice(1).map(Number);
  const [left, top, right, bottom] = found ?? [];
  if (left === undefined || top === undefined || right === undefined || bottom === undefined)
    return undefined;
  return [left, top, right, bottom];
}

/** Intersection over union. */
function overlap(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / (area(a) + area(b) - width * height);
}

function area([left, top, right, bottom]: Box): number {
  return Math.max(0, right - left) * Math.max(0, bottom - top);
}
