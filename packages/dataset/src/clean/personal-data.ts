/** Kinds of personal data that patterns can find. */
export type PersonalKind = 'email' | 'phone' | 'chinese-id';

/** A place in a text, in UTF-16 units. */
export interface PersonalSpan {
  readonly kind: PersonalKind;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const email = /(?<![\w.+-])[\w.+-]{1,64}@(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z]{2,24}(?![\w-])/gi;
const chineseId = /(?<![\dA-Za-z])[1-9]\d{16}[\dXx](?![\dA-Za-z])/g;
/** Chinese mobile numbers; numbers with a country code; North American ones with their marks. */
const phone =
  /(?<![\d.A-Za-z+-])(?:(?:(?:\+|00)86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}|\+[1-9]\d{0,2}(?:[- .]?\(?\d{1,4}\)?){2,5}|(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4})(?![\d.-]*\d)/g;

/** Weights of the first 17 digits and check characters by remainder (GB 11643-1999, ISO 7064 MOD 11-2). */
const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const checks = '10X98765432';

/** Whether 18 characters are a Chinese identity number: a date of birth that there is, and the right check character. */
export function isChineseId(text: string): boolean {
  if (!/^[1-9]\d{16}[\dXx]$/.test(text)) return false;
  const year = Number(text.slice(6, 10));
  const month = Number(text.slice(10, 12));
  const day = Number(text.slice(12, 14));
  const days =
    month === 2 && isLeap(year) ? 29 : ([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0);
  if (year < 1850 || year > 2150 || day < 1 || day > days) return false;
  const sum = weights.reduce((total, weight, at) => total + weight * Number(text[at]), 0);
  return checks[sum % 11] === text[17]?.toUpperCase();
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** E-mail addresses, telephone numbers and Chinese identity numbers (with a checksum that holds) of a text, in order, none overlapping. */
export function findPersonalData(text: string): readonly PersonalSpan[] {
  if (!/[@\d]/.test(text)) return [];
  const found: PersonalSpan[] = [];
  const add = (kind: PersonalKind, pattern: RegExp, accept: (match: string) => boolean): void => {
    for (const match of text.matchAll(pattern)) {
      const start = match.index;
      const end = start + match[0].length;
      if (!accept(match[0]) || found.some((span) => start < span.end && end > span.start)) continue;
      found.push({ kind, start, end, text: match[0] });
    }
  };
  add('email', email, () => true);
  add('chinese-id', chineseId, isChineseId);
  add('phone', phone, (match) => {
    const digits = match.replaceAll(/\D/g, '').length;
    return digits >= 10 && digits <= 15;
  });
  return found.sort((first, second) => first.start - second.start);
}

/** The text with `[EMAIL]`, `[PHONE]` and `[ID]` in place of what was found. */
export function redactPersonalData(text: string): string {
  const marks = { email: '[EMAIL]', phone: '[PHONE]', 'chinese-id': '[ID]' } as const;
  let redacted = '';
  let from = 0;
  for (const { kind, start, end } of findPersonalData(text)) {
    redacted += text.slice(from, start) + marks[kind];
    from = end;
  }
  return redacted + text.slice(from);
}
