import type { Rule } from './rule.js';
import { fileRules } from './table/file-rules.js';
import { imageRules } from './table/image-rules.js';
import { pairRules } from './table/pair-rules.js';
import { rowRules } from './table/row-rules.js';
import { textRules } from './table/text-rules.js';

const groups: readonly (readonly [title: string, rules: Readonly<Record<string, Rule>>])[] = [
  ['Files and lines', fileRules],
  ['Rows', rowRules],
  ['Images', imageRules],
  ['Text', textRules],
  ['Two languages, training and evaluation', pairRules],
];

/** The tables of `docs/data-rules.md`, one for each kind of rule. */
export function rulesDocument(): string {
  return groups
    .map(([title, rules]) => {
      const rows = Object.entries(rules).map(
        ([code, { severity, what, fix, repair }]) =>
          `| \`${code}\` | ${severity} | ${cell(what)} | ${cell(fix)} | ${cell(repair ?? '')} |`,
      );
      return [
        `## ${title}`,
        '',
        '| code | severity | what is wrong | what to do | `--fix` |',
        '| --- | --- | --- | --- | --- |',
        ...rows,
      ].join('\n');
    })
    .join('\n\n');
}

/** Tags would be markup, and a bar ends a cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/<[^>\s]*>/g, (tag) => `\`${tag}\``);
}
