import { describe, expect, test } from 'vitest';
import { NotAnImage } from '../images/page-image.js';
import { en } from '../page/words-en.js';
import { zh } from '../page/words-zh.js';
import { pageState } from '../state.js';
import { codeOf, explain, interrupted, notACheckpoint, notAnImage, topics } from './explain.js';

/** As the packages' own errors are. */
const error = (code: string, message: string) => Object.assign(new Error(message), { code });
const circumstances = { engine: { restart: async () => {} }, state: pageState() };

describe.each(Object.keys(topics))('%s', (code) => {
  test.each([undefined, () => {}])('has words in both languages and a next step', (retry) => {
    const { message, detail, steps } = explain(error(code, 'Expected this, got that.'), {
      ...circumstances,
      retry,
    });
    expect(message(en)).not.toBe(message(zh));
    expect(message(en)).not.toBe(en.failures.other);
    expect(steps.length).toBeGreaterThan(0);
    expect(detail).toBe('Expected this, got that.');
  });
});

test('what nobody foresaw is told too', () => {
  const { message, detail, steps } = explain('a string', circumstances);
  expect(message(en)).toBe(en.failures.other);
  expect(detail).toBe('a string');
  expect(steps.length).toBe(1);
});

test('memory that ran out inside of the runtime is recognised by its words', () => {
  for (const words of ['std::bad_alloc', 'WebAssembly.Memory(): could not allocate memory']) {
    const thrown = error('run-failed', `Expected a run, got ${words}; try again.`);
    expect(explain(thrown, circumstances).message(en)).toBe(en.failures.outOfMemory);
  }
});

test('errors of the browser go by their names', () => {
  expect(codeOf(new DOMException('full', 'QuotaExceededError'))).toBe('QuotaExceededError');
  expect(codeOf(undefined)).toBeUndefined();
});

test('a download that was cancelled, a folder and a file that are not what they should be', () => {
  expect(interrupted(() => {}).steps[0]?.label(en)).toBe('Resume');
  expect(notACheckpoint(error('model-not-found', 'No config.json.'), () => {})).toMatchObject({
    detail: 'No config.json.',
    steps: [{}],
  });
  expect(notAnImage(new NotAnImage('notes.txt'), () => {}).message(en)).toContain('notes.txt');
});
