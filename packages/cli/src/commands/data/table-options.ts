import { type Pairing, pairings } from '@internvl/dataset';
import { usageError } from '../../options/usage-error.js';

/** `--separator`: a tab by its name too, as shells make it hard to write. */
export function separatorOf(text: string | undefined): string | undefined {
  return text === 'tab' || text === '\\t' ? '\t' : text;
}

/** `--column FIELD=NAME`, several. */
export function columnsOf(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const end = text.indexOf('=');
      if (end > 0 && end < text.length - 1) return [text.slice(0, end), text.slice(end + 1)];
      throw usageError(
        `Expected --column as FIELD=NAME, got '${text}'; write --column question_en="Question".`,
        {
          value: text,
        },
      );
    }),
  );
}

/** `--pairing en-zh,zh-en`. */
export function pairingOf(text: string | undefined): readonly Pairing[] | undefined {
  return text
    ?.split(',')
    .map((word) => word.trim())
    .map((word) => {
      const found = pairings.find((one) => one === word);
      if (found !== undefined) return found;
      throw usageError(
        `Expected --pairing as some of ${pairings.join(',')}, got '${text}'; name those you want.`,
        {
          value: text,
        },
      );
    });
}
