import { pythonSpace } from '@internvl/tokenizer/templates';

/** Index of the first character that Python's `lstrip` leaves. */
export function leadingSpace(text: string): number {
  let index = 0;
  while (index < text.length && pythonSpace.test(text[index]!)) index++;
  return index;
}

/** Length that Python's `rstrip` leaves. */
export function withoutTrailingSpace(text: string): number {
  let length = text.length;
  while (length > 0 && pythonSpace.test(text[length - 1]!)) length--;
  return length;
}
