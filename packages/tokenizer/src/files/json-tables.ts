import { unreadable } from '../error.js';

const string = '"((?:[^"\\\\\\x00-\\x1f]|\\\\(?:["\\\\/bfnrt]|u[\\da-fA-F]{4}))*)"';
const end = '\\s*([,}\\]])';
const entry = `\\s*${string}\\s*:\\s*(-?[\\d.eE+]+)${end}`;
const pair = `\\s*(?:${string}|\\[\\s*${string}\\s*,\\s*${string}\\s*\\])${end}`;

/**
 * Takes a table out of a large JSON text without building it: `open` matches the text up to and including its bracket. The text comes back
 * with the table emptied. Hundreds of thousands of keys make slow objects.
 */
function takeTable(
  file: string,
  text: string,
  open: RegExp,
  entries: string,
  each: (match: RegExpExecArray) => void,
): string {
  const start = open.exec(text);
  if (!start) return text;
  const first = start.index + start[0].length;
  if (/^\s*[}\]]/.test(text.slice(first, first + 99))) return text;
  const item = new RegExp(entries, 'y');
  for (let at = first; ; ) {
    item.lastIndex = at;
    const match = item.exec(text);
    if (!match) {
      const shown = JSON.stringify(text.slice(at, at + 40));
      throw unreadable(file, `character ${at}`, `expected an entry and a comma or bracket, got ${shown}`, {
        offset: at,
        size: text.length,
      });
    }
    each(match);
    at += match[0].length;
    if (match[match.length - 1] !== ',') return text.slice(0, first) + text.slice(at - 1);
  }
}

function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  const value: unknown = JSON.parse(`"${text}"`);
  return String(value);
}

/** Takes the ids by token out of a JSON text. */
export function takeIds(
  file: string,
  text: string,
  open: RegExp,
  each: (token: string, id: number) => void,
): string {
  return takeTable(file, text, open, entry, (match) => each(unescaped(match[1]!), Number(match[2])));
}

/** Takes the merges out of a JSON text: `"a b"` or `["a", "b"]`. */
export function takeMerges(
  file: string,
  text: string,
  open: RegExp,
  each: (left: string, right: string) => void,
): string {
  return takeTable(file, text, open, pair, (match) => {
    const [left = '', right = '', more] = match[1] === undefined ? [match[2], match[3]] : match[1].split(' ');
    each(more === undefined ? unescaped(left) : '', unescaped(right));
  });
}
