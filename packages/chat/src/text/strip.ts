/** Index of the first character that Python's `lstrip` leaves. */
export function leadingSpace(text: string): number {
  let index = 0;
  while (index < text.length && isSpace(text.charCodeAt(index))) index++;
  return index;
}

/** Length that Python's `rstrip` leaves. */
export function withoutTrailingSpace(text: string): number {
  let length = text.length;
  while (length > 0 && isSpace(text.charCodeAt(length - 1))) length--;
  return length;
}

/** Python's `str.isspace`: unlike JavaScript's trim, U+001C to U+001F and U+0085 count, and U+FEFF does not. */
function isSpace(code: number): boolean {
  if ((code >= 0x1c && code <= 0x1f) || code === 0x85) return true;
  return code !== 0xfeff && /\s/.test(String.fromCharCode(code));
}
