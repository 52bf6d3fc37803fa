/** What a closer look at a line of JSON shows. Offsets are UTF-16 units. */
export interface JsonInspection {
  readonly kind: 'sound' | 'cut' | 'invalid' | 'nan' | 'too-deep';
  /** Where it goes wrong. */
  readonly at: number;
  /** The first key that an object has twice. */
  readonly duplicate?: { readonly pointer: string; readonly key: string; readonly at: number };
}

/** Brackets open at once in any row that makes sense. */
export const MAX_DEPTH = 100;

/**
 * Colons outside of strings, which is the number of keys, and the deepest nesting; looks only at what is outside of
 * strings. For text that is no JSON the numbers mean nothing, but it ends.
 */
export function outline(text: string): { readonly keys: number; readonly depth: number } {
  let keys = 0;
  let open = 0;
  let depth = 0;
  for (let at = 0; at < text.length; ) {
    const unit = text.charCodeAt(at++);
    if (unit === 0x22) {
      for (;;) {
        const quote = text.indexOf('"', at);
        if (quote < 0) return { keys, depth };
        at = quote + 1;
        let slash = quote - 1;
        while (text.charCodeAt(slash) === 0x5c) slash--;
        if ((quote - slash) & 1) break;
      }
    } else if (unit === 0x3a) keys++;
    else if (unit === 0x7b || unit === 0x5b) {
      if (++open > depth) depth = open;
    } else if (unit === 0x7d || unit === 0x5d) open--;
  }
  return { keys, depth };
}

const numberToken = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const wordToken = /true|false|null/y;
const nanToken = /-?(?:NaN|Infinity)/y;
const spaceToken = /[ \t\r\n]*/y;
/** What is left of a word or number that was cut. */
const cutToken = /^(?:-|-?\d+(?:\.\d*)?(?:[eE][+-]?)?|tr?u?|fa?l?s?|nu?l?|-?Na?|-?In?f?i?n?i?t?)$/;

/** Where the string that starts at `at` ends; `open` when the text ends before it, `wrong` for what no string may hold. */
function stringEnd(text: string, at: number): number | 'open' | 'wrong' {
  for (let here = at + 1; here < text.length; here++) {
    const unit = text.charCodeAt(here);
    if (unit === 0x22) return here + 1;
    if (unit < 0x20) return 'wrong';
    if (unit !== 0x5c) continue;
    here++;
    if (here >= text.length) return 'open';
    if (text[here] === 'u') {
      const digits = text.slice(here + 1, here + 5);
      if (!/^[\da-fA-F]*$/.test(digits)) return 'wrong';
      if (digits.length < 4) return 'open';
      here += 4;
    } else if (!'"\\/bfnrt'.includes(text[here]!)) return 'wrong';
  }
  return 'open';
}

interface Level {
  readonly keys: Set<string> | undefined;
  index: number;
  key: string;
}

/**
 * Reads a line of JSON token by token and says where and how it is wrong: for lines that `JSON.parse` refuses, and for those
 * in which a key may stand twice. Never recursive, so depth costs no stack.
 */
export function inspectJson(text: string): JsonInspection {
  let at = 0;
  const match = (token: RegExp): string | undefined => {
    token.lastIndex = at;
    const found = token.exec(text);
    if (found === null) return undefined;
    at = token.lastIndex;
    return found[0];
  };
  const string = (): string | undefined => {
    const end = text[at] === '"' ? stringEnd(text, at) : 'wrong';
    if (typeof end === 'string') {
      if (end === 'open') at = text.length;
      return undefined;
    }
    const token = text.slice(at, end);
    at = end;
    return token;
  };
  const levels: Level[] = [];
  let nan = -1;
  let duplicate: JsonInspection['duplicate'];
  let expect: 'value' | 'first-value' | 'key' | 'first-key' | 'next' = 'value';
  const wrong = (): JsonInspection => {
    const cut = at >= text.length || (text.length - at < 24 && cutToken.test(text.slice(at).trimEnd()));
    return {
      kind: cut ? 'cut' : nan >= 0 ? 'nan' : 'invalid',
      at: cut || nan < 0 ? at : nan,
      ...(duplicate && { duplicate }),
    };
  };
  for (;;) {
    match(spaceToken);
    const level = levels.at(-1);
    const next = text[at];
    if (expect === 'next') {
      if (level === undefined) {
        if (next !== undefined) return { kind: nan >= 0 ? 'nan' : 'invalid', at: nan >= 0 ? nan : at };
        return { kind: nan >= 0 ? 'nan' : 'sound', at: nan >= 0 ? nan : at, ...(duplicate && { duplicate }) };
      }
      if (next === ',') {
        at++;
        level.index++;
        expect = level.keys ? 'key' : 'value';
      } else if (next === (level.keys ? '}' : ']')) {
        at++;
        levels.pop();
      } else return wrong();
      continue;
    }
    if (expect === 'key' || expect === 'first-key') {
      if (expect === 'first-key' && next === '}') {
        at++;
        levels.pop();
        expect = 'next';
        continue;
      }
      const before = at;
      const token = string();
      if (token === undefined || level?.keys === undefined) return wrong();
      const key: unknown = JSON.parse(token);
      if (typeof key !== 'string') return wrong();
      level.key = key;
      if (level.keys.has(key)) duplicate ??= { pointer: pointerOf(levels), key, at: before };
      level.keys.add(key);
      match(spaceToken);
      if (text[at] !== ':') return wrong();
      at++;
      expect = 'value';
      continue;
    }
    if (next === '{' || next === '[') {
      if (levels.length >= MAX_DEPTH) return { kind: 'too-deep', at };
      at++;
      levels.push({ keys: next === '{' ? new Set() : undefined, index: 0, key: '' });
      expect = next === '{' ? 'first-key' : 'first-value';
      continue;
    }
    if (expect === 'first-value' && next === ']') {
      at++;
      levels.pop();
      expect = 'next';
      continue;
    }
    const before = at;
    if (match(nanToken) !== undefined) {
      if (nan < 0) nan = before;
    } else if ((string() ?? match(wordToken) ?? match(numberToken)) === undefined) return wrong();
    expect = 'next';
  }
}

function pointerOf(levels: readonly Level[]): string {
  return levels.map(({ keys, index, key }) => `/${keys ? escapePointer(key) : index}`).join('');
}

/** One step of a JSON pointer. */
export function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
