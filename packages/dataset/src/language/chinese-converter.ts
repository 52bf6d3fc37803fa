import { DatasetError } from '../error.js';

/** `simplified` as on the mainland; `traditional` as OpenCC's own standard; `taiwan` and `hong-kong` with their own forms. */
export type ChineseVariant = 'simplified' | 'traditional' | 'taiwan' | 'hong-kong';

const locales = { simplified: 'cn', traditional: 't', taiwan: 'tw', 'hong-kong': 'hk' } as const;

/**
 * Converts between simplified and traditional Chinese with the optional peer `opencc-js`, characters and phrases; words that regions
 * have of their own stay.
 *
 * @throws `chinese-converter-missing` where `opencc-js` is not installed
 */
export async function chineseConverter(
  from: ChineseVariant,
  to: ChineseVariant,
): Promise<(text: string) => string> {
  try {
    const { Converter } = await import('opencc-js');
    return Converter({ from: locales[from], to: locales[to] });
  } catch (cause) {
    throw new DatasetError(
      'chinese-converter-missing',
      'Expected the package opencc-js to convert between simplified and traditional Chinese, it is not installed; run "npm install opencc-js".',
      { package: 'opencc-js' },
      { cause },
    );
  }
}
