import type { OptionTable } from '../options/option-table.js';

const WIDTH = 100;
const COLUMN = 30;

/** `--help` of one command. */
export function helpFor(command: {
  readonly usage: string;
  readonly summary: string;
  readonly options: OptionTable;
}): string {
  const rows = Object.entries(command.options).map(
    ([name, { value, help }]) => [`--${name}${value ? ` ${value}` : ''}`, help] as const,
  );
  return `Usage: internvl ${command.usage}\n\n${command.summary}\n\nOptions:\n${table(rows)}`;
}

/** Two columns, the second one wrapped. */
export function table(rows: Iterable<readonly [string, string]>): string {
  let text = '';
  for (const [left, right] of rows) {
    const [first = '', ...rest] = wrap(right, WIDTH - COLUMN);
    const start = `  ${left}`;
    text +=
      start.length < COLUMN
        ? `${start.padEnd(COLUMN)}${first}\n`
        : `${start}\n${' '.repeat(COLUMN)}${first}\n`;
    for (const line of rest) text += `${' '.repeat(COLUMN)}${line}\n`;
  }
  return text;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
