import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Chat } from '@internvl/chat';
import { load } from '@internvl/chat/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askScenes } from '../benchmarks/nano/ask-scenes.js';
import { countOf, interval, shown } from '../benchmarks/nano/interval.js';
import { limits, resolutionStudy } from '../benchmarks/nano/resolution.js';
import { resolutionPicture } from '../benchmarks/nano/resolution-picture.js';
import { isRight } from '../benchmarks/nano/right-answer.js';
import { languageOf, readScenes } from '../benchmarks/nano/scenes.js';
import { chanceOf } from '../benchmarks/nano/tables.js';
import { nano } from './cli/run-cli.js';

describe('an answer of the nano model is right', () => {
  const box = { task: 'box', question: '', expected: '红色三角形[[100, 100, 300, 300]]' };

  test('to the letter', () => {
    const question = { task: 'colour', question: 'What color is the star?', expected: 'Red' };
    expect(isRight(question, 'Red')).toBe(true);
    expect(isRight(question, 'red')).toBe(false);
    expect(isRight(question, 'Red.')).toBe(false);
  });

  test('where its box overlaps the true one by half', () => {
    expect(isRight(box, 'red triangle[[100, 100, 300, 300]]')).toBe(true);
    expect(isRight(box, '红色三角形[[100, 100, 300, 200]]')).toBe(true);
    expect(isRight(box, '红色三角形[[100, 100, 300, 199]]')).toBe(false);
    expect(isRight(box, '红色三角形[[300, 300, 400, 400]]')).toBe(false);
    expect(isRight(box, '红色三角形[[300, 300, 100, 100]]')).toBe(false);
    expect(isRight(box, '红色三角形')).toBe(false);
  });

  test('in the language of the answer, of the question where the answer is a number', () => {
    expect(languageOf({ task: 'sign', question: 'What does the sign say?', expected: '出口' })).toBe('zh');
    expect(languageOf({ task: 'count', question: '图中有几个图形？', expected: '3' })).toBe('zh');
    expect(languageOf({ task: 'count', question: 'How many shapes are there?', expected: '3' })).toBe('en');
  });
});

describe('the interval of a share', () => {
  test('is Wilson’s', () => {
    const [low, high] = interval({ right: 81, asked: 263 });
    expect(low).toBeCloseTo(0.2553, 4);
    expect(high).toBeCloseTo(0.3662, 4);
  });

  test('stays within 0 and 1', () => {
    expect(interval({ right: 0, asked: 10 })[0]).toBe(0);
    expect(interval({ right: 10, asked: 10 })[1]).toBeCloseTo(1, 12);
    expect(interval({ right: 0, asked: 0 })).toEqual([0, 1]);
  });

  test('stands in brackets', () => {
    expect(shown({ right: 5, asked: 10 })).toBe('50 % (24–76)');
    expect(shown({ right: 0, asked: 0 })).toBe('');
  });
});

describe('the evaluation asks the product', () => {
  let chat: Chat;
  let cache = '';
  beforeAll(async () => {
    cache = await mkdtemp(join(tmpdir(), 'internvl-evaluation-'));
    chat = await load(nano, { backend: 'cpu', cache });
  });
  afterAll(async () => {
    await chat.dispose();
    await rm(cache, { recursive: true });
  });
  const drawn = readScenes(fileURLToPath(new URL('../fixtures/nano-scenes', import.meta.url)));

  test('every question about every scene, with and without the image', async () => {
    const scenes = (await drawn).filter(({ kind }) => kind !== 'study');
    const seen = await askScenes(chat, scenes);
    const blind = await askScenes(chat, scenes, { blind: true });
    expect(seen).toHaveLength(scenes.reduce((sum, { questions }) => sum + questions.length, 0));
    expect(blind).toHaveLength(seen.length);
    expect(Math.max(...seen.map(({ tiles }) => tiles))).toBeLessThanOrEqual(13);
    expect(blind.every(({ tiles }) => tiles === 0)).toBe(true);
    expect(chanceOf(blind).right).toBeLessThan(seen.length);
    expect(countOf(seen).right).toBeGreaterThan(countOf(blind).right);
  });

  test('pages under every tile limit', async () => {
    const pages = (await drawn).filter(({ kind, font }) => kind === 'study' && (font === 12 || font === 24));
    const points = await resolutionStudy(chat, pages);
    expect(points.map(({ font, limit }) => [font, limit])).toEqual(
      [12, 24].flatMap((font) => limits.map((limit) => [font, limit])),
    );
    const tokens = points.filter(({ font }) => font === 12).map((point) => point.tokens);
    // 16 visual tokens for each tile, and a thumbnail where there is more than one.
    expect(tokens.map((each) => each - (tokens[0] ?? 0))).toEqual([0, 64, 144, 256, 400, 576]);
    expect(resolutionPicture(points)).toMatch(/^<svg[\s\S]*<\/svg>\n$/);
  });
});
