import { unreadable } from '../error.js';

const string = '"((?:[^"\\\\\\x00-\\x1f]|\\\\(?:["\\\\/bfnrt]|u[\\da-fA-F]{4}))*)"';

/** An entry of a table of ids by token, and a merge as `"a b"` or `["a", "b"]`, for `takeTable`. */
export const idEntry = `${string}\\s*:\\s*([^\\s,}]+)`;
export const mergeEntry = `(?:${string}|\\[\\s*${string}\\s*,\\s*${string}\\s*\\])`;

/**
 * Takes a table out of a large JSON text without building it: hundreds of thousands of keys make slow objects. `open` matches the text up to
 * and including the table's bracket; `each` gets the match of an entry, its strings as JSON writes them. The text comes back with
 * the table emptied.
 */
export function takeTable(
  file: string,
  text: string,
  open: RegExp,
  entry: string,
  each: (match: readonly (string | undefined)[]) => void,
): string {
  const start = open.exec(text);
  if (!start) return text;
  const first = start.index + start[0].length;
  const item = new RegExp(`\\s*${entry}\\s*([,}\\]])`, 'y');
  for (let at = first; ; at = item.lastIndex) {
    item.lastIndex = at;
    const match = item.exec(text);
    if (!match) throw unreadable(file, `character ${at}`, 'an entry', text.slice(at, at + 40));
    each(match);
    if (!match[0].endsWith(',')) return text.slice(0, first) + text.slice(item.lastIndex - 1);
  }
}

/** The text of a JSON string without its quotes. */
export function unescaped(text = ''): string {
  return text.includes('\\') ? String(JSON.parse(`"${text}"`)) : text;
}
