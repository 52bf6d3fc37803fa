const separators = '\u001c-\u001f';

/** White space as Python's `str.isspace` counts it: with U+001C–U+001F and U+0085, without U+FEFF. */
export const pythonSpace = new RegExp(`[\\p{White_Space}${separators}]`, 'u');

/**
 * Python's `str.strip()`, which the reference trims answers with. JavaScript's `trim` differs in U+001C–U+001F, U+0085 (only
 * Python strips them) and U+FEFF (only JavaScript does).
 */
export function stripSpaces(text: string): string {
  return stripStart(stripEnd(text, pythonSpace), pythonSpace);
}

/** A text without the white space it starts with. */
export function stripStart(text: string, spaces: RegExp): string {
  let start = 0;
  while (start < text.length && spaces.test(text[start]!)) start++;
  return text.slice(start);
}

/** A text without the white space it ends with. */
export function stripEnd(text: string, spaces: RegExp): string {
  let end = text.length;
  while (end > 0 && spaces.test(text[end - 1]!)) end--;
  return text.slice(0, end);
}
