/** What an answer is, where that is the same in all languages. */
export type AnswerKind =
  | { readonly kind: 'yes' | 'no' }
  | { readonly kind: 'letter'; readonly value: string }
  | { readonly kind: 'number'; readonly value: string }
  | { readonly kind: 'text' };

const yes = /^(?:yes|true|correct|是|是的|对|对的|正确|有|有的|可以|能)$/i;
const no = /^(?:no|false|incorrect|否|不|不是|不是的|不对|错|错误|没有|没|无|不可以|不能)$/i;
const letter = /^\(?([A-Z])\)?$/;

/** The kind of an answer: yes or no, the letter of an option, a number, or text. */
export function answerKind(text: string): AnswerKind {
  const plain = text
    .normalize('NFKC')
    .trim()
    .replace(/[.。!!,，]+$/, '')
    .trim();
  if (yes.test(plain)) return { kind: 'yes' };
  if (no.test(plain)) return { kind: 'no' };
  const option = letter.exec(plain)?.[1];
  if (option !== undefined) return { kind: 'letter', value: option };
  const number = /^-?\d[\d,]*(?:\.\d+)?%?$/.test(plain) ? plain.replaceAll(',', '') : undefined;
  return number === undefined ? { kind: 'text' } : { kind: 'number', value: number };
}

/** Letters of the options a question lists, in order: `A. …`, `(B) …`, `C、…`. */
export function optionLetters(text: string): string {
  return [...text.matchAll(/(?:^|[\s(（])([A-H])(?=[.．、:：)）]\s*\S)/g)].map(([, found]) => found).join('');
}
