/** White space as Python's `str.isspace` counts it: with U+001C–U+001F and U+0085, without U+FEFF. */
const python = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const leading = new RegExp(`^[${python}]+`);
const inside = new RegExp(`[${python}]`);

/**
 * Python's `str.strip()`, which the reference trims answers with. JavaScript's `trim` differs in U+001C–U+001F, U+0085 (only
 * Python strips them) and U+FEFF (only JavaScript does).
 */
export function stripSpaces(text: string): string {
  return stripEnd(stripStart(text));
}

/** Python's `str.lstrip()`. */
export function stripStart(text: string): string {
  return text.replace(leading, '');
}

/** Python's `str.rstrip()`. */
export function stripEnd(text: string): string {
  let end = text.length;
  while (end > 0 && inside.test(text[end - 1]!)) end--;
  return text.slice(0, end);
}
