import { markdownTable } from './docs-section.js';
import { type Shown, verdict } from './must-show.js';
import { shownValue } from './picture.js';
import type { Product, Products } from './product.js';
import type { GroupResult, Results } from './results.js';

/** The page's section: the table of what was wanted, then everything that was measured. */
export function reportLines(
  results: Results,
  rows: readonly Shown[],
  picture: string,
  products?: Products,
): string[] {
  const { machine, quick, ceilings, groups } = results;
  return [
    `${machine}.${quick ? ' **Quick run: few tokens, one round. It shows that everything works, its numbers mean nothing.**' : ''}`,
    '',
    ...(ceilings
      ? [
          `Ceilings, by ${ceilings.by}: ${(ceilings.bytesPerSecond / 1e9).toFixed(1)} GB/s read, ${(ceilings.operationsPerSecond / 1e9).toFixed(0)} GFLOP/s in float32.`,
          '',
        ]
      : []),
    `![Measured against floor and goal](${picture})`,
    '',
    ...markdownTable(
      ['', 'floor', 'goal', 'measured', 'reached', 'how'],
      rows.map((row) => [
        row.name,
        `${row.more ? '' : '≤ '}${shownValue(row.floor, row.unit)}`,
        `${row.more ? '' : '≤ '}${shownValue(row.goal, row.unit)}`,
        row.measured === undefined ? '–' : shownValue(row.measured, row.unit),
        verdict(row),
        row.how,
      ]),
    ),
    ...Object.entries(groups).flatMap(([name, group]) => groupLines(name, group)),
    ...(products ? [products.cpu, products.native].flatMap(productLines) : []),
  ];
}

function groupLines(name: string, { times, about, missing, cells, others }: GroupResult): string[] {
  const ids = (['decode-short', 'decode-1793', 'decode-long', 'prefill', 'vision'] as const).filter(
    (id) => cells[id],
  );
  return [
    '',
    `In turns, ${name}: milliseconds, median and quartiles.${others === undefined ? '' : ` Other programs took ${(100 * others).toFixed(0)} % of the processors meanwhile.`}`,
    '',
    ...markdownTable(
      ['', ...ids.map((id) => cells[id] ?? id), 'loading', 'what it is'],
      Object.entries(about).map(([contestant, own]) => [
        contestant,
        ...ids.map((id) => {
          const spread = times[contestant]?.[id];
          return spread ? `${ms(spread.median)} (${ms(spread.low)} – ${ms(spread.high)})` : '–';
        }),
        `${(own.loadMs / 1000).toFixed(1)} s`,
        own.about,
      ]),
    ),
    ...Object.entries(missing).flatMap(([contestant, reason]) => [
      '',
      `${contestant} is missing: ${reason.split('\n')[0]}`,
    ]),
  ];
}

function productLines({ backend, precision, stages }: Product): string[] {
  return [
    '',
    `The product itself, \`internvl bench\` on ${backend} with ${precision}, model in a worker.`,
    '',
    ...markdownTable(
      ['stage', 'of', 'median', 'quartiles'],
      stages.map(({ stage, of, median, low, high }) => {
        const show = (value: number) =>
          stage.startsWith('memory') ? `${(value / 1e6).toFixed(0)} MB` : `${ms(value)} ms`;
        return [stage, of, show(median), `${show(low)} – ${show(high)}`];
      }),
    ),
  ];
}

function ms(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
