import { currentLanguage } from './language.js';

/** `6.7 MB`, in the way of the language shown. */
export function bytes(count: number): string {
  const [unit, size] =
    count >= 1e9
      ? (['gigabyte', 1e9] as const)
      : count >= 1e6
        ? (['megabyte', 1e6] as const)
        : (['kilobyte', 1e3] as const);
  return format(count / size, { style: 'unit', unit, maximumSignificantDigits: 3 });
}

/** `1.3 s` or `240 ms`. */
export function duration(ms: number): string {
  return ms >= 1000
    ? format(ms / 1000, { style: 'unit', unit: 'second', maximumFractionDigits: 1 })
    : format(ms, { style: 'unit', unit: 'millisecond', maximumFractionDigits: 0 });
}

export function number(value: number, digits = 0): string {
  return format(value, { maximumFractionDigits: digits });
}

export function percent(share: number): string {
  return format(share, { style: 'percent', maximumFractionDigits: 0 });
}

function format(value: number, options: Intl.NumberFormatOptions): string {
  return new Intl.NumberFormat(currentLanguage() === 'zh' ? 'zh-CN' : 'en', options).format(value);
}
