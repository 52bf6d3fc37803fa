import { describe, expect, it } from 'vitest';
import { inspectJson, MAX_DEPTH, outline } from './json-inspection.js';

describe('inspectJson', () => {
  it.each([
    ['{"a": 1, "b": [true, null, "x\\u00e9\\n"]}', 'sound'],
    ['  [1.5e-3, -0, 0.1]  ', 'sound'],
    ['"text"', 'sound'],
    ['{"a": "cut', 'cut'],
    ['{"a": "cut\\', 'cut'],
    ['{"a": "cut\\u00', 'cut'],
    ['{"a"', 'cut'],
    ['{"a": tr', 'cut'],
    ['{"a": 1', 'cut'],
    ['[1, 2', 'cut'],
    ['[1,', 'cut'],
    ['[-', 'cut'],
    ['', 'cut'],
    ['{a: 1}', 'invalid'],
    ["{'a': 1}", 'invalid'],
    ['{"a": 1,}', 'invalid'],
    ['[1 2]', 'invalid'],
    ['{"a": 01}', 'invalid'],
    ['{"a": "\u0001"}', 'invalid'],
    ['{"a": "\\x"}', 'invalid'],
    ['{"a": 1} tail', 'invalid'],
    ['{"a": NaN}', 'nan'],
    ['[1, -Infinity]', 'nan'],
  ])('%s is %s', (text, kind) => {
    expect(inspectJson(text).kind).toBe(kind);
  });

  it('agrees with JSON.parse on every cut and every changed unit of a row', () => {
    const row = '{"id": "é1", "n": [-1.5e+2, {}, []], "s": "a\\"b\\\\", "t": true, "u": null}';
    const variants: string[] = [];
    for (let at = 0; at <= row.length; at++) {
      variants.push(row.slice(0, at));
      for (const put of ['"', '\\', ',', ':', '{', ']', '0', 'x', ' ', '\n']) {
        variants.push(row.slice(0, at) + put + row.slice(at), row.slice(0, at) + put + row.slice(at + 1));
      }
    }
    for (const text of variants) {
      let sound = true;
      try {
        JSON.parse(text);
      } catch {
        sound = false;
      }
      expect(inspectJson(text).kind === 'sound', text).toBe(sound);
    }
  });

  it('names the key that stands twice and the object it is in', () => {
    expect(inspectJson('{"a": [{"b/c": {"k": 1, "\\u006b": 2}}]}').duplicate).toEqual({
      pointer: '/a/0/b~1c/k',
      key: 'k',
      at: 24,
    });
    expect(inspectJson('{"a": {"a": 1}, "b": {"a": 1}}').duplicate).toBeUndefined();
  });

  it('ends on depth without recursion, and on strings of millions', () => {
    expect(inspectJson('['.repeat(100_000)).kind).toBe('too-deep');
    expect(inspectJson('['.repeat(MAX_DEPTH) + ']'.repeat(MAX_DEPTH)).kind).toBe('sound');
    expect(inspectJson(`["${'x'.repeat(9_000_000)}`).kind).toBe('cut');
  });
});

describe('outline', () => {
  it('counts keys and depth outside of strings', () => {
    expect(outline('{"a:b": "{[:", "c" : [{"d\\"": 1}]}')).toEqual({ keys: 3, depth: 3 });
    expect(outline('{"a": "open')).toEqual({ keys: 1, depth: 1 });
    expect(outline('"\\\\" : [')).toEqual({ keys: 1, depth: 1 });
  });
});
