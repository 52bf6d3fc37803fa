/** White space as Python's `str.isspace` counts it: with U+001C–U+001F and U+0085, without U+FEFF. */
const space = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/**
 * Python's `str.strip()`, which the reference trims answers with. JavaScript's `trim` differs in U+001C–U+001F, U+0085 (only
 * Python strips them) and U+FEFF (only JavaScript does).
 */
export function stripSpaces(text: string): string {
  return stripStart(stripEnd(text));
}

/** Python's `str.lstrip()`, or the same with another idea of what is a space. */
export function stripStart(text: string, spaces = space): string {
  let start = 0;
  while (start < text.length && spaces.test(text[start]!)) start++;
  return text.slice(start);
}

/** Python's `str.rstrip()`, or the same with another idea of what is a space. */
export function stripEnd(text: string, spaces = space): string {
  let end = text.length;
  while (end > 0 && spaces.test(text[end - 1]!)) end--;
  return text.slice(0, end);
}
