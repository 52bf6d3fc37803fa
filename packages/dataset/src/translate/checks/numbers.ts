const words = new Map<string, readonly string[]>(
  Object.entries({
    '0': ['zero', 'no', 'none', '零', '没有', '无', '〇'],
    '1': ['january', 'one', 'a', 'an', 'first', 'single', 'once', '一', '首', '单', '壹'],
    '2': [
      'february',
      'two',
      'second',
      'both',
      'pair',
      'twice',
      'couple',
      'double',
      '二',
      '两',
      '双',
      '对',
      '贰',
    ],
    '3': ['march', 'three', 'third', 'triple', '三', '叁'],
    '4': ['april', 'four', 'fourth', '四', '肆'],
    '5': ['may', 'five', 'fifth', '五', '伍'],
    '6': ['june', 'six', 'sixth', '六', '陆'],
    '7': ['july', 'seven', 'seventh', '七', '柒'],
    '8': ['august', 'eight', 'eighth', '八', '捌'],
    '9': ['september', 'nine', 'ninth', '九', '玖'],
    '10': ['october', 'ten', 'tenth', '十', '拾'],
    '11': ['november', 'eleven', 'eleventh', '十一'],
    '12': ['december', 'twelve', 'twelfth', 'dozen', '十二', '一打'],
    '13': ['thirteen', '十三'],
    '14': ['fourteen', '十四'],
    '15': ['fifteen', '十五'],
    '16': ['sixteen', '十六'],
    '17': ['seventeen', '十七'],
    '18': ['eighteen', '十八'],
    '19': ['nineteen', '十九'],
    '20': ['twenty', '二十'],
    '30': ['thirty', '三十'],
    '40': ['forty', '四十'],
    '50': ['fifty', '五十', '一半'],
    '60': ['sixty', '六十'],
    '70': ['seventy', '七十'],
    '80': ['eighty', '八十'],
    '90': ['ninety', '九十'],
    '100': ['hundred', '一百', '百'],
    '1000': ['thousand', '一千', '千'],
    '10000': ['ten thousand', '一万', '万'],
    '1000000': ['million', '百万'],
  }),
);

/** `2.5 million` and `250万` are the same number. */
const scaled =
  /(\d+(?:[.,]\d+)*)(?:(?:[ \u00a0-]?(hundred|thousand|million|billion|trillion)\b)|(百万|千万|百|千|万|亿))?/gi;
const scales: ReadonlyMap<string, number> = new Map([
  ['hundred', 1e2],
  ['thousand', 1e3],
  ['million', 1e6],
  ['billion', 1e9],
  ['trillion', 1e12],
  ['百', 1e2],
  ['千', 1e3],
  ['万', 1e4],
  ['百万', 1e6],
  ['千万', 1e7],
  ['亿', 1e8],
]);

/** The numbers that a text writes in digits: width folded, thousands separators gone, scales multiplied out. */
export function numbersOf(text: string): string[] {
  return [...text.normalize('NFKC').matchAll(scaled)].map(([, digits = '', english, chinese]) => {
    const plain = digits.replaceAll(/,(?=\d{3}(?:\D|$))/g, '');
    const scale = scales.get((english ?? chinese ?? '').toLowerCase());
    return scale === undefined ? plain : String(Math.round(Number(plain) * scale * 1e6) / 1e6);
  });
}

/** Whether a text says a number in words, Chinese or English. */
export function saysNumber(text: string, number: string): boolean {
  const lower = text.toLowerCase();
  return (words.get(number) ?? []).some((word) =>
    /[a-z]/.test(word) ? new RegExp(`\\b${word}\\b`).test(lower) : lower.includes(word),
  );
}
