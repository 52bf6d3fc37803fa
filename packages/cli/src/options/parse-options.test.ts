import { expect, test } from 'vitest';
import { parseNumber } from './options.js';
import { parseOptions } from './parse-options.js';

const table = {
  prompt: { type: 'string', help: '' },
  image: { type: 'string', multiple: true, help: '' },
  frame: { type: 'string', multiple: true, help: '' },
  temperature: { type: 'string', help: '' },
  json: { type: 'boolean', help: '' },
} as const;

const usage = expect.objectContaining({ code: 'usage' });

test('options and positionals, in any order', () => {
  const { options, positionals } = parseOptions(
    ['--image', 'a.png', 'nano', '--json', '--image=b.png', '--prompt', 'What?'],
    table,
  );
  expect(positionals).toEqual(['nano']);
  expect(options.texts('image')).toEqual(['a.png', 'b.png']);
  expect(options.text('prompt')).toBe('What?');
  expect(options.flag('json')).toBe(true);
  expect(options.text('temperature')).toBeUndefined();
});

test('a value may be empty, a dash, negative or look like an option behind =', () => {
  expect(parseOptions(['--prompt='], table).options.text('prompt')).toBe('');
  expect(parseOptions(['--image', '-'], table).options.text('image')).toBe('-');
  expect(parseOptions(['--temperature', '-1'], table).options.text('temperature')).toBe('-1');
  expect(parseOptions(['--prompt=--json'], table).options.text('prompt')).toBe('--json');
});

test('behind -- nothing is an option', () => {
  expect(parseOptions(['--', '--json'], table).positionals).toEqual(['--json']);
});

test('words behind the value of a trailing option belong to it', () => {
  const { options, positionals } = parseOptions(
    ['nano', '--frame', '1.png', '2.png', '3.png', '--json'],
    table,
    'frame',
  );
  expect(positionals).toEqual(['nano']);
  expect(options.texts('frame')).toEqual(['1.png', '2.png', '3.png']);
});

test.each([
  [['--imag', 'a.png'], 'did you mean --image?'],
  [['-x'], "got '-x'"],
  [['--constructor'], "got '--constructor'"],
  [['--prompt'], 'got none'],
  [['--prompt', '--json'], "got '--json'"],
  [['--json=yes'], 'without a value'],
  [['--prompt', 'a', '--prompt', 'b'], 'once'],
])('%j is wrong usage', (args, sentence) => {
  expect(() => parseOptions(args, table)).toThrow(usage);
  expect(() => parseOptions(args, table)).toThrow(sentence);
});

test.each(['', ' ', 'x', 'NaN', 'Infinity', '-0.5', '1.5'])('%j is no number from 0 to 1', (text) => {
  expect(() => parseNumber('--top-p', text, { least: 0, most: 1 })).toThrow(usage);
});

test('numbers within their limits', () => {
  expect(parseNumber('--top-p', '0.25', { least: 0, most: 1 })).toBe(0.25);
  expect(parseNumber('--seed', '1e3', { whole: true })).toBe(1000);
  expect(() => parseNumber('--seed', '1.5', { whole: true })).toThrow('as a whole number, got');
});
