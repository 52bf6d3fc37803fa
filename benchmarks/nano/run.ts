/**
 * Measures what the nano model can do, through the product as people run it, and writes it into its card:
 *
 *     pnpm nano SCENES [MODEL] [--card FOLDER] [--few 40]
 *
 * SCENES is a folder that models/nano/training/held_out.py has drawn. Greedy, float32 arithmetic on the CPU.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { load } from '@internvl/chat/node';
import { markdownTable, writeSection } from '../rivals/docs-section.js';
import { askScenes, type Outcome } from './ask-scenes.js';
import { countOf, interval, shown } from './interval.js';
import { limits, type ResolutionPoint, resolutionStudy, tilesName } from './resolution.js';
import { resolutionPicture } from './resolution-picture.js';
import { readScenes } from './scenes.js';
import { fontTable, limitTable, tasks, taskTable, unseenTable } from './tables.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { card: { type: 'string' }, few: { type: 'string' } },
});
const [folder, model = fileURLToPath(new URL('../../models/nano/', import.meta.url))] = positionals;
if (folder === undefined)
  throw new Error('Expected a folder of scenes: draw one with models/nano/training/held_out.py.');
const card = values.card ?? model;
/** Scenes of each kind that are asked again under other tile limits. */
const few = Number(values.few ?? 40);

const all = await readScenes(folder);
const scenes = all.filter(({ kind }) => kind !== 'study');
const pages = all.filter(({ kind }) => kind === 'study');
const cache = await mkdtemp(join(tmpdir(), 'internvl-nano-evaluation-'));
const chat = await load(model, { backend: 'cpu', cache });
try {
  const outcomes = await askScenes(chat, scenes);
  const blind = await askScenes(chat, scenes, { blind: true });
  const again = [...new Set(scenes.map(({ kind }) => kind))].flatMap((kind) =>
    scenes.filter((scene) => scene.kind === kind).slice(0, few),
  );
  const byLimit = new Map<number, readonly Outcome[]>();
  for (const maxTiles of [1, 4, 9]) byLimit.set(maxTiles, await askScenes(chat, again, { maxTiles }));
  // Twelve is the checkpoint's own limit.
  byLimit.set(
    12,
    outcomes.filter(({ scene }) => again.includes(scene)),
  );
  const points = await resolutionStudy(chat, pages);

  await writeFile(
    join(card, 'evaluation.json'),
    `${JSON.stringify(record(outcomes, blind, points), null, 2)}\n`,
  );
  await writeFile(join(card, 'resolution.svg'), resolutionPicture(points));
  await writeSection(join(card, 'README.md'), 'measured', section(outcomes, blind, byLimit, points));
} finally {
  await chat.dispose();
  await rm(cache, { recursive: true });
}

function record(outcomes: readonly Outcome[], blind: readonly Outcome[], points: readonly ResolutionPoint[]) {
  const counted = (each: readonly Outcome[]) => {
    const count = countOf(each);
    return { ...count, interval: interval(count).map((end) => Number(end.toFixed(3))) };
  };
  const of = (each: readonly Outcome[]) =>
    Object.fromEntries(tasks.map((task) => [task, counted(each.filter((own) => own.task === task))]));
  return {
    metric: 'exact match (boxes: IoU of 0.5 and more), greedy, at most 12 tiles, 95 % intervals',
    scenes: scenes.length,
    tasks: of(outcomes),
    withoutImage: of(blind),
    resolution: points.map(({ font, limit, right, asked, tokens }) => ({
      font,
      limit,
      right,
      asked,
      tokens,
    })),
  };
}

function section(
  outcomes: readonly Outcome[],
  blind: readonly Outcome[],
  byLimit: ReadonlyMap<number, readonly Outcome[]>,
  points: readonly ResolutionPoint[],
): string[] {
  const fonts = [...new Set(points.map(({ font }) => font))];
  return [
    `Exact match on ${scenes.length} scenes that training has not drawn, ${outcomes.length} questions, through \`@internvl/chat\`: greedy, at most 12 tiles, a box`,
    'right where it overlaps the true one by half (IoU ≥ 0.5). In brackets 95 % intervals (Wilson).',
    '',
    ...taskTable(outcomes, blind),
    '',
    'Scenes are of new seeds; in two of three there is something training has never drawn: two things together, or a word.',
    '',
    ...unseenTable(outcomes),
    '',
    `The same by tile limit (${few} scenes of each kind), and by the smallest print of a scene:`,
    '',
    ...limitTable(byLimit),
    '',
    ...fontTable(outcomes),
    '',
    '### Why tiles matter',
    '',
    'Fields read off square pages of 480 px, by font size and tile limit; it was trained with at most 12 tiles.',
    '',
    '![Accuracy against the tile limit, by font size](./resolution.svg)',
    '',
    ...markdownTable(
      ['print', ...limits.map(tilesName)],
      fonts.map((font) => [`${font} px`, ...points.filter((each) => each.font === font).map(shown)]),
    ),
  ];
}
