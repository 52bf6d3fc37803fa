import { DatasetError } from '../error.js';

/** What a prompt calls a language: `Simplified Chinese` for `zh`. */
export function languageName(tag: string): string {
  if (tag === 'zh' || tag === 'zh-Hans' || tag === 'zh-CN') return 'Simplified Chinese';
  if (tag === 'zh-Hant' || tag === 'zh-TW' || tag === 'zh-HK') return 'Traditional Chinese';
  try {
    const name = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' }).of(tag);
    if (name !== undefined) return name;
  } catch {
    // Not a tag at all; told below.
  }
  throw new DatasetError(
    'invalid-option',
    `Expected a BCP 47 language tag such as 'zh' or 'en', got '${tag}'; pass the tag of the language.`,
    { language: tag },
  );
}
