/** Text as it may stand anywhere in HTML, attributes included. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A cell: text, or a number, which is set right. */
export type Cell = string | number;

/** A table; cells are text, never markup. */
export function htmlTable(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = (row: readonly Cell[]) =>
    row
      .map((cell) =>
        typeof cell === 'number'
          ? `<td class="n">${cell.toLocaleString('en')}</td>`
          : `<td>${escapeHtml(cell)}</td>`,
      )
      .join('');
  return [
    '<div class="scroll"><table><thead><tr>',
    head
      .map((name, at) => `<th scope="col"${isNumber(rows, at) ? ' class="n"' : ''}>${escapeHtml(name)}</th>`)
      .join(''),
    '</tr></thead><tbody>',
    rows.map((row) => `<tr>${cells(row)}</tr>`).join('\n'),
    '</tbody></table></div>',
  ].join('');
}

function isNumber([first]: readonly (readonly Cell[])[], at: number): boolean {
  return typeof first?.[at] === 'number';
}

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Shown behind the number. */
  readonly note?: string;
}

const BAR_HEIGHT = 22;
const LABEL_WIDTH = 190;
const BAR_WIDTH = 420;

/** Horizontal bars as SVG, with the numbers written out; nothing is fetched and no script runs. */
export function barChart(title: string, bars: readonly Bar[]): string {
  const most = bars.reduce((largest, { value }) => Math.max(largest, value), 0);
  const height = bars.length * BAR_HEIGHT;
  const drawn = bars.map(({ label, value, note }, index) => {
    const y = index * BAR_HEIGHT;
    const width = most > 0 ? Math.max(value > 0 ? 1 : 0, (value / most) * BAR_WIDTH) : 0;
    const number = `${value.toLocaleString('en')}${note === undefined ? '' : ` ${note}`}`;
    return [
      `<text x="${LABEL_WIDTH - 8}" y="${y + 15}" text-anchor="end">${escapeHtml(label)}</text>`,
      `<rect x="${LABEL_WIDTH}" y="${y + 3}" width="${width.toFixed(1)}" height="${BAR_HEIGHT - 6}"/>`,
      `<text x="${LABEL_WIDTH + width + 6}" y="${y + 15}">${escapeHtml(number)}</text>`,
    ].join('');
  });
  return [
    `<figure><figcaption>${escapeHtml(title)}</figcaption>`,
    `<svg role="img" aria-label="${escapeHtml(title)}" viewBox="0 0 760 ${Math.max(height, 1)}" width="760" height="${Math.max(height, 1)}">`,
    drawn.join('\n'),
    '</svg></figure>',
  ].join('');
}

/** A whole page that stands alone: no script, no network, no fonts of its own. Follows the reader's light or dark. */
export function htmlPage(title: string, body: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>
:root { color-scheme: light dark; --ink: light-dark(#1b1f24, #e6e6e6); --soft: light-dark(#5b6470, #a0a8b4); --line: light-dark(#d8dde3, #3a4149); --bar: light-dark(#3b6fb6, #7aa7e0); }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); max-width: 1100px; margin: 2rem auto; padding: 0 1rem; }
h1, h2 { line-height: 1.2; }
p.soft { color: var(--soft); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--line); overflow-wrap: break-word; }
th.n, td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
figure { margin: 1rem 0; overflow-x: auto; }
figcaption { font-weight: 600; }
svg text { font: 13px system-ui, sans-serif; fill: var(--ink); }
svg rect { fill: var(--bar); }
</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${body.join('\n')}
</body>
</html>
`;
}
