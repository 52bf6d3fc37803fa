import { type Shown, verdict } from './must-show.js';

const rowHeight = 26;
const left = 430;
const width = 960;
/** How many times the goal fits on the scale. */
const most = 2;
const colours = { goal: '#2a7f4f', floor: '#b07d12', missed: '#b3402f', 'not measured': '#8a8a8a' };

/** The rows as bars: the goal is one line for all, floors are ticks; of what should be small the bar shows goal over measured. */
export function pictureOf(rows: readonly Shown[]): string {
  const height = rows.length * rowHeight + 64;
  const scale = (share: number) => left + (Math.min(share, most) / most) * (width - left - 90);
  const share = ({ more, goal }: Shown, value: number) => (more ? value / goal : goal / value);
  const bars = rows.map((row, at) => {
    const y = 40 + at * rowHeight;
    const { measured, floor, unit } = row;
    const end = measured === undefined ? left : scale(share(row, measured));
    const colour = colours[verdict(row)];
    const tick = scale(share(row, floor));
    return [
      `<text x="${left - 10}" y="${y + 13}" text-anchor="end">${escaped(row.name)}</text>`,
      `<rect x="${left}" y="${y + 2}" width="${(end - left).toFixed(1)}" height="14" fill="${colour}"/>`,
      `<line x1="${tick.toFixed(1)}" x2="${tick.toFixed(1)}" y1="${y}" y2="${y + 18}" stroke="#555" stroke-dasharray="2 2"/>`,
      `<text x="${(Math.max(end, left) + 6).toFixed(1)}" y="${y + 13}" fill="${colour}">${measured === undefined ? 'not measured' : shownValue(measured, unit)}</text>`,
    ].join('');
  });
  const goal = scale(1).toFixed(1);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    '<title>What was measured, against floor and goal</title>',
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${goal}" y="20" text-anchor="middle">goal</text>`,
    `<line x1="${goal}" x2="${goal}" y1="28" y2="${height - 20}" stroke="#222"/>`,
    ...bars,
    `<text x="${left}" y="${height - 6}" fill="#555">dashed: floor; longer is better in every row</text>`,
    '</svg>',
    '',
  ].join('\n');
}

/** A number as people read it. */
export function shownValue(value: number, unit: Shown['unit']): string {
  const text = value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
  return unit === '' ? text : `${text} ${unit}`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
