import type { Finding } from '../rules/finding.js';
import { isRuleCode, ruleTable } from '../rules/rule-table.js';
import type { ValidateSummary } from '../rules/validate-options.js';
import { barChart, type Cell, htmlPage, htmlTable } from './html-page.js';

/** The report of a validation as one page that needs no network. */
export function validationHtml(summary: ValidateSummary, findings: readonly Finding[]): string {
  const { rows, badRows, repairedRows, errors, warnings, notes, counts, stopped, files } = summary;
  const broken = Object.entries(counts).sort(([, left], [, right]) => right - left);
  const total = broken.reduce((sum, [, count]) => sum + count, 0);
  return htmlPage('Validation report', [
    `<p>${summary.ok ? 'No errors are left.' : 'There are errors.'}${stopped ? ' Stopped at the limit of errors; the rest was not looked at.' : ''}</p>`,
    htmlTable(
      ['rows', 'rows with errors', 'rows repaired', 'errors', 'warnings', 'notes'],
      [[rows, badRows, repairedRows, errors, warnings, notes]],
    ),
    '<h2>Files</h2>',
    htmlTable(
      ['file', 'rows', 'errors', 'warnings'],
      files.map((file) => [file.file, file.rows, file.errors, file.warnings]),
    ),
    '<h2>Rules</h2>',
    barChart(
      'How often each rule was broken',
      broken.map(([label, value]) => ({ label, value })),
    ),
    htmlTable(
      ['rule', 'severity', 'what', 'how to mend it'],
      broken.map(([code]): readonly Cell[] => {
        const rule = isRuleCode(code) ? ruleTable[code] : undefined;
        return [code, rule?.severity ?? '', rule?.what ?? '', rule?.fix ?? ''];
      }),
    ),
    '<h2>Findings</h2>',
    ...(findings.length < total
      ? [
          `<p class="soft">${findings.length.toLocaleString('en')} of ${total.toLocaleString('en')} are listed.</p>`,
        ]
      : []),
    htmlTable(
      ['place', 'rule', 'pointer', 'message', 'excerpt'],
      findings.map(({ file, line, code, pointer, message, excerpt, repaired }) => [
        line === 0 ? file : `${file}:${line}`,
        repaired ? `${code} (repaired)` : code,
        pointer,
        message,
        excerpt,
      ]),
    ),
  ]);
}
