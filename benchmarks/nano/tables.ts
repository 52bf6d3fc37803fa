import { markdownTable } from '../rivals/docs-section.js';
import type { Outcome } from './ask-scenes.js';
import { type Count, countOf, shown } from './interval.js';
import { tilesName } from './resolution.js';
import { languageOf } from './scenes.js';

/** Tasks in the order the model card lists them. */
export const tasks = [
  'colour',
  'place',
  'count',
  'yes or no',
  'caption',
  'box',
  'sign',
  'chart',
  'field',
  'summary',
  'transcription',
] as const;

/** How many are right when every question of a task and language gets the answer that is most often right. */
export function chanceOf(outcomes: readonly Outcome[]): Count {
  const sizes = new Map<string, Map<string, number>>();
  for (const outcome of outcomes) {
    const key = `${outcome.task} ${languageOf(outcome)}`;
    const answers = sizes.get(key) ?? new Map<string, number>();
    answers.set(outcome.expected, (answers.get(outcome.expected) ?? 0) + 1);
    sizes.set(key, answers);
  }
  const right = [...sizes.values()].reduce((sum, answers) => sum + Math.max(...answers.values()), 0);
  return { right, asked: outcomes.length };
}

/** Right by task: in all, in English, in Chinese, without the image, and by always giving the commonest answer. */
export function taskTable(outcomes: readonly Outcome[], blind: readonly Outcome[]): string[] {
  const rows = tasks.map((task) => {
    const own = outcomes.filter((each) => each.task === task);
    return [
      task,
      String(own.length),
      shown(countOf(own)),
      shown(countOf(own.filter((each) => languageOf(each) === 'en'))),
      shown(countOf(own.filter((each) => languageOf(each) === 'zh'))),
      shown(countOf(blind.filter((each) => each.task === task))),
      shown(chanceOf(own)),
    ];
  });
  return markdownTable(
    ['task', 'asked', 'right', 'English', 'Chinese', 'without the image', 'commonest answer'],
    rows,
  );
}

/** Right by what training never drew. */
export function unseenTable(outcomes: readonly Outcome[]): string[] {
  const kinds = [undefined, 'pair', 'word'] as const;
  const rows = tasks.map((task) => [
    task,
    ...kinds.map((kind) =>
      shown(countOf(outcomes.filter((each) => each.task === task && each.scene.unseen === kind))),
    ),
  ]);
  return markdownTable(['task', 'new drawings', 'things never seen together', 'words never seen'], rows);
}

/** Right by tile limit. */
export function limitTable(byLimit: ReadonlyMap<number, readonly Outcome[]>): string[] {
  const rows = tasks.map((task) => [
    task,
    ...[...byLimit.values()].map((outcomes) => shown(countOf(outcomes.filter((each) => each.task === task)))),
  ]);
  return markdownTable(['task', ...[...byLimit.keys()].map(tilesName)], rows);
}

/** Right by the size of the smallest font in a scene, at the default limit. */
export function fontTable(outcomes: readonly Outcome[]): string[] {
  const bands: readonly (readonly [name: string, low: number, high: number])[] = [
    ['under 16 px', 0, 16],
    ['16–19 px', 16, 20],
    ['20–29 px', 20, 30],
    ['30 px and more', 30, Number.POSITIVE_INFINITY],
  ];
  const read = tasks.filter((task) => outcomes.some((each) => each.task === task && each.scene.font));
  const rows = read.map((task) => [
    task,
    ...bands.map(([, low, high]) =>
      shown(
        countOf(
          outcomes.filter(
            ({ task: own, scene: { font } }) =>
              own === task && font !== undefined && font >= low && font < high,
          ),
        ),
      ),
    ),
  ]);
  return markdownTable(['task', ...bands.map(([name]) => name)], rows);
}
