import { expect, test } from 'vitest';
import {
  clean,
  findPersonalData,
  internvl,
  sourceOf,
  statistics,
  statisticsHtml,
  validate,
  validationHtml,
} from './index.js';

const row = (id: number, answer: string): string =>
  JSON.stringify({
    id,
    image: 'a.jpg',
    width: 1000,
    height: 747,
    conversations: [
      { from: 'human', value: '<image>\n这是什么？' },
      { from: 'gpt', value: answer },
    ],
  });
const file = (): File =>
  new File([`${row(1, '一只猫')}\n${row(2, '一只猫')}\n{"cut\n${row(4, 'b<|im_end|>')}`], 'rows.jsonl');

test('a file that was chosen is validated in the page', async () => {
  const findings = [];
  const run = validate([sourceOf(file())], { language: 'zh' });
  let next = await run.next();
  for (; !next.done; next = await run.next())
    if (next.value.type === 'finding') findings.push(next.value.finding);
  expect(findings.map(({ line, code }) => [line, code])).toEqual([
    [3, 'json-cut'],
    [4, 'special-token'],
  ]);
  expect(next.value).toMatchObject({ rows: 4, badRows: 2, ok: false });
  expect(validationHtml(next.value, findings)).toContain('json-cut');
});

test('and cleaned, and counted', async () => {
  const { read } = internvl;
  if (read === undefined) throw new Error('Expected a format that is read.');
  const kept = [];
  for await (const each of clean(read(sourceOf(file())), { near: true, repetition: 'own' }))
    kept.push(each.kept);
  expect(kept).toEqual([true, false, false, true]);
  const found = await statistics([{ name: 'rows', file: 'rows.jsonl', readings: read(sourceOf(file())) }]);
  expect(found.all).toMatchObject({ rows: 4, unreadable: 1, images: 3 });
  expect(statisticsHtml(found)).toContain('<svg');
  expect(findPersonalData('13812345678')).toHaveLength(1);
});
