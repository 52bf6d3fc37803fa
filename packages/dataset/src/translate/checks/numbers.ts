const digits = /\d+(?:[.,]\d+)*/g;
const words = new Map<string, readonly string[]>(
  Object.entries({
    '0': ['zero', 'no', 'none', '零', '没有', '无', '〇'],
    '1': ['one', 'a', 'an', 'first', 'single', 'once', '一', '首', '单', '壹'],
    '2': ['two', 'second', 'both', 'pair', 'twice', 'couple', 'double', '二', '两', '双', '对', '贰'],
    '3': ['three', 'third', 'triple', '三', '叁'],
    '4': ['four', 'fourth', '四', '肆'],
    '5': ['five', 'fifth', '五', '伍'],
    '6': ['six', 'sixth', '六', '陆'],
    '7': ['seven', 'seventh', '七', '柒'],
    '8': ['eight', 'eighth', '八', '捌'],
    '9': ['nine', 'ninth', '九', '玖'],
    '10': ['ten', 'tenth', '十', '拾'],
    '11': ['eleven', 'eleventh', '十一'],
    '12': ['twelve', 'twelfth', 'dozen', '十二', '一打'],
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

/** The numbers that a text writes in digits: width folded, thousands separators gone, leading zeros kept. */
export function numbersOf(text: string): string[] {
  const found = text.normalize('NFKC').match(digits) ?? [];
  return found.map((number) => number.replaceAll(/,(?=\d{3}(?:\D|$))/g, ''));
}

/** Whether a text says a number in words, Chinese or English. */
export function saysNumber(text: string, number: string): boolean {
  const lower = text.toLowerCase();
  return (words.get(number) ?? []).some((word) =>
    /[a-z]/.test(word) ? new RegExp(`\\b${word}\\b`).test(lower) : lower.includes(word),
  );
}
