import type { Finding } from '../rules/finding.js';
import type { ValidateSummary } from '../rules/validate-options.js';

/** `data.jsonl:12: error role-order /conversations/2: Expected …` */
export function describeFinding({ code, severity, file, line, pointer, message, repaired }: Finding): string {
  const place = line === 0 ? file : `${file}:${line}`;
  const state = repaired ? 'repaired' : severity;
  return `${place}: ${state} ${code}${pointer === '' ? '' : ` ${pointer}`}: ${message}`;
}

const number = (value: number): string => value.toLocaleString('en');
const plural = (value: number, word: string): string => `${number(value)} ${word}${value === 1 ? '' : 's'}`;

/** The summary for people: one line of totals, then each rule that was broken, most frequent first. */
export function describeSummary(summary: ValidateSummary): string {
  const { rows, badRows, repairedRows, errors, warnings, notes, counts, stopped, files } = summary;
  const rules = Object.entries(counts).sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1));
  return [
    `${plural(rows, 'row')} in ${plural(files.length, 'file')}: ${plural(errors, 'error')}, ${plural(warnings, 'warning')}, ${plural(notes, 'note')}; ${plural(badRows, 'row')} with errors${repairedRows > 0 ? `, ${number(repairedRows)} repaired` : ''}`,
    ...(stopped ? ['stopped at the limit of errors; the rest was not looked at'] : []),
    ...rules.map(([code, count]) => `  ${number(count).padStart(9)}  ${code}`),
  ].join('\n');
}
