import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { formatBytes, ProgressBar, progressLine } from './progress-bar.js';

function stream(isTTY: boolean) {
  return Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY });
}

test('a bar shows on a terminal and goes away without a trace', () => {
  const terminal = stream(true);
  let now = 0;
  const bar = new ProgressBar(terminal, () => now);
  bar.show('tiles', 1, 4, 'pieces');
  now += 10;
  bar.show('tiles', 2, 4, 'pieces');
  now += 1000;
  bar.show('tiles', 3, 4, 'pieces');
  bar.clear();
  const written: string = terminal.read();
  expect(written).toContain('1 of 4');
  expect(written).not.toContain('2 of 4');
  expect(written).toContain('3 of 4');
  expect(written.endsWith('\r\u001b[2K')).toBe(true);
});

test('nothing is written where no terminal is', () => {
  const pipe = stream(false);
  const bar = new ProgressBar(pipe);
  bar.show('tiles', 1, 4, 'pieces');
  bar.clear();
  expect(pipe.read()).toBeNull();
});

test('amounts', () => {
  expect(progressLine('downloading x', 0, 0, 'bytes')).toBe('downloading x  0 B');
  expect(progressLine('x', 1_500_000, 3_000_000, 'bytes')).toContain(
    '████████████░░░░░░░░░░░░  1.5 MB of 3.0 MB',
  );
  expect([999, 1000, 13_431_600, 1.9e9, 2e15].map(formatBytes)).toEqual([
    '999 B',
    '1.0 kB',
    '13.4 MB',
    '1.9 GB',
    '2000.0 TB',
  ]);
});
