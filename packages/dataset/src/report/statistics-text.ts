import type { Distribution } from '../statistics/distribution.js';
import type { GroupStatistics, Statistics } from '../statistics/statistics-options.js';

const number = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 1 });
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** Statistics for a terminal. */
export function describeStatistics({ all, datasets, languages, mixture }: Statistics): string {
  const groups: readonly (readonly [string, GroupStatistics])[] = [
    ...(Object.keys(datasets).length > 1 ? Object.entries(datasets) : []),
    ...Object.entries(languages).map(([name, group]) => [`language ${name}`, group] as const),
  ];
  return [
    ...describeGroup('all', all),
    ...groups.flatMap(([name, group]) => ['', ...describeGroup(name, group)]),
    ...(mixture.length > 1
      ? [
          '',
          'mixture',
          ...mixture.map(
            ({ name, rows, repeat, effective, share, tokenShare }) =>
              `  ${name}: ${number(rows)} rows × ${repeat} = ${number(effective)}, ${percent(share)} of rows${tokenShare === undefined ? '' : `, ${percent(tokenShare)} of tokens`}`,
          ),
        ]
      : []),
  ].join('\n');
}

function describeGroup(name: string, group: GroupStatistics): readonly string[] {
  const {
    rows,
    unreadable,
    textOnly,
    turns,
    images,
    unknownSizes,
    languages,
    tiles,
    answers,
    answerLength,
    tokens,
  } = group;
  const lines = [
    name,
    `  rows       ${number(rows)}${unreadable > 0 ? `, ${number(unreadable)} unreadable` : ''}; ${number(textOnly)} of text alone; ${number(turns)} turns`,
    `  images     ${number(images)}${unknownSizes > 0 ? `, ${number(unknownSizes)} of unknown size` : ''}`,
    `  languages  ${Object.entries(languages)
      .map(([language, count]) => `${language} ${number(count)}`)
      .join(', ')}`,
  ];
  if (tokens !== undefined) {
    lines.push(
      `  tokens     ${described(tokens.total)}; text ${number(tokens.text.mean)}, image ${number(tokens.image.mean)} on average; ${percent(tokens.labelShare)} trained`,
      `  budget     ${number(tokens.overBudget)} rows (${percent(tokens.overBudgetShare)}) over ${number(tokens.maxTokens)}${tokens.uncounted > 0 ? `; ${number(tokens.uncounted)} not counted` : ''}`,
    );
  }
  for (const { maxTiles, images: counts, mean } of images > unknownSizes ? tiles : []) {
    const spread = Object.entries(counts).map(([count, of]) => `${count}: ${number(of)}`);
    lines.push(`  tiles ≤ ${String(maxTiles).padEnd(3)}${number(mean)} on average; ${spread.join(', ')}`);
  }
  lines.push(`  answers    ${described(answerLength)} characters`);
  if (answers.short > 0) {
    const top = answers.top
      .slice(0, 5)
      .map(({ answer, share }) => `${JSON.stringify(answer)} ${percent(share)}`);
    lines.push(
      `  priors     ${number(answers.distinct)} short answers, ${answers.entropy.toFixed(2)} bits; ${top.join(', ')}`,
    );
  }
  return lines;
}

function described({ mean, median, p95, most }: Distribution): string {
  return `${number(mean)} on average, median ${number(median)}, 95 % ≤ ${number(p95)}, most ${number(most)}`;
}
