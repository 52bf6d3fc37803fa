import type { Distribution } from '../statistics/distribution.js';
import type { GroupStatistics, Statistics } from '../statistics/statistics-options.js';
import { type Bar, barChart, type Cell, escapeHtml, htmlPage, htmlTable } from './html-page.js';

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const rounded = (value: number): number => Math.round(value * 10) / 10;

/** Statistics as one page with charts that needs no network and runs no script. */
export function statisticsHtml({ all, datasets, languages, mixture }: Statistics): string {
  const groups = (named: Readonly<Record<string, GroupStatistics>>): readonly (readonly Cell[])[] =>
    Object.entries(named).map(([name, group]) => [
      name,
      group.rows,
      group.images,
      group.turns,
      rounded(group.answerLength.mean),
      group.tokens === undefined ? '' : rounded(group.tokens.total.mean),
      group.tokens === undefined ? '' : percent(group.tokens.overBudgetShare),
      group.tokens === undefined ? '' : percent(group.tokens.labelShare),
      percent(group.answers.blind),
    ]);
  const head = [
    '',
    'rows',
    'images',
    'turns',
    'characters an answer',
    'tokens a row',
    'over budget',
    'trained',
    'most frequent short answer',
  ];
  return htmlPage('Data set statistics', [
    '<h2>Data sets</h2>',
    htmlTable(head, [...groups({ all }), ...groups(datasets)]),
    '<h2>Languages</h2>',
    htmlTable(head, groups(languages)),
    '<h2>Mixture</h2>',
    barChart(
      'Rows of one epoch',
      mixture.map(({ name, effective, share, repeat }) => ({
        label: name,
        value: effective,
        note: `(${percent(share)}, × ${repeat})`,
      })),
    ),
    '<h2>All</h2>',
    ...groupCharts(all),
    ...Object.entries(datasets).flatMap(([name, group]) =>
      Object.keys(datasets).length > 1 ? [`<h2>${escapeHtml(name)}</h2>`, ...groupCharts(group)] : [],
    ),
    ...Object.entries(languages).flatMap(([name, group]) => [
      `<h2>Language ${escapeHtml(name)}</h2>`,
      ...groupCharts(group),
    ]),
  ]);
}

function groupCharts(group: GroupStatistics): readonly string[] {
  const { tokens, tiles, aspectRatios, answers, answerLength, images, unknownSizes } = group;
  const charts = [];
  if (tokens !== undefined) {
    charts.push(barChart(`Tokens of a row (budget ${tokens.maxTokens})`, barsOf(tokens.total)));
    charts.push(barChart('Text tokens of a row', barsOf(tokens.text)));
  }
  for (const { maxTiles, images: counts } of images > unknownSizes ? tiles : []) {
    charts.push(barChart(`Tiles of an image, at most ${maxTiles} and a thumbnail`, barsOfCounts(counts)));
  }
  if (images > unknownSizes) charts.push(barChart('Width to height', barsOfCounts(aspectRatios)));
  charts.push(barChart('Characters of an answer', barsOf(answerLength)));
  if (answers.top.length > 0) {
    charts.push(
      barChart(
        `Most frequent short answers (${answers.entropy.toFixed(2)} bits)`,
        answers.top.map(({ answer, count, share }) => ({
          label: answer,
          value: count,
          note: `(${percent(share)})`,
        })),
      ),
    );
  }
  return charts;
}

function barsOf({ histogram }: Distribution): readonly Bar[] {
  return histogram.map(({ from, to, count }) => ({
    label: to - from === 1 ? `${from}` : `${from} to ${to - 1}`,
    value: count,
  }));
}

function barsOfCounts(counts: Readonly<Record<string, number>>): readonly Bar[] {
  return Object.entries(counts).map(([label, value]) => ({ label, value }));
}
