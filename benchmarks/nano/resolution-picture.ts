import { median } from '../tokenizer/median.js';
import { type ResolutionPoint, tilesName } from './resolution.js';

const [width, height] = [760, 380];
const plot = { left: 60, right: 560, top: 40, bottom: 320 };
const colours = ['#b3402f', '#d08a1d', '#7a9a2a', '#2a7f4f', '#2a6fa8', '#5a3fa0', '#8a3f78'];

/** Accuracy against the tile limit, one line for each font size, and under the limits what an answer costs. */
export function resolutionPicture(points: readonly ResolutionPoint[]): string {
  const limits = [...new Set(points.map(({ limit }) => limit))].sort((a, b) => a - b);
  const fonts = [...new Set(points.map(({ font }) => font))].sort((a, b) => a - b);
  const x = (limit: number) =>
    plot.left + (limits.indexOf(limit) / Math.max(1, limits.length - 1)) * (plot.right - plot.left);
  const y = (share: number) => plot.bottom - share * (plot.bottom - plot.top);
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<line x1="${plot.left}" x2="${plot.right}" y1="${y(share)}" y2="${y(share)}" stroke="#ddd"/>` +
      `<text x="${plot.left - 8}" y="${y(share) + 4}" text-anchor="end">${share * 100} %</text>`,
  );
  const lines = fonts.map((font, at) => {
    const colour = colours[at % colours.length] ?? '#222';
    const own = points.filter((point) => point.font === font).sort((a, b) => a.limit - b.limit);
    const path = own.map(
      ({ limit, right, asked }) => `${x(limit).toFixed(1)},${y(right / asked).toFixed(1)}`,
    );
    return (
      `<polyline points="${path.join(' ')}" fill="none" stroke="${colour}" stroke-width="2.5"/>` +
      `<rect x="${plot.right + 40}" y="${plot.top + at * 24}" width="18" height="4" fill="${colour}"/>` +
      `<text x="${plot.right + 66}" y="${plot.top + at * 24 + 6}">${font} px</text>`
    );
  });
  const first = costOf(points, limits[0]);
  const costs = limits.map((limit) => {
    const { tokens, ms } = costOf(points, limit);
    const at = x(limit).toFixed(1);
    return (
      `<text x="${at}" y="${plot.bottom + 20}" text-anchor="middle" font-weight="bold">${tilesName(limit)}</text>` +
      `<text x="${at}" y="${plot.bottom + 36}" text-anchor="middle" fill="#555">${tokens} tokens</text>` +
      `<text x="${at}" y="${plot.bottom + 52}" text-anchor="middle" fill="#555">${(ms / first.ms).toFixed(1)} × time</text>`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    '<title>Fields read off a page, by tile limit and font size</title>',
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${plot.left}" y="22">Fields read off a square page of 480 px, by the size of its print</text>`,
    ...grid,
    ...lines,
    ...costs,
    '</svg>',
    '',
  ].join('\n');
}

/** Medians over all fonts: input tokens and milliseconds of a first answer. */
function costOf(
  points: readonly ResolutionPoint[],
  limit: number | undefined,
): { readonly tokens: number; readonly ms: number } {
  const own = points.filter((point) => point.limit === limit);
  return { tokens: median(own.map(({ tokens }) => tokens)), ms: median(own.map(({ ms }) => ms)) };
}
