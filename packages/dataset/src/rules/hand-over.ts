import type { Problem } from '../sample/problem.js';
import type { Findings } from './findings.js';
import { escapePointer } from './json-inspection.js';
import type { Line } from './lines.js';
import { isRuleCode } from './rule-table.js';
import type { ValidateEvent } from './validate-options.js';

/** A line as it is handed out when nothing was changed in it. */
export function contentOf({
  text,
  raw,
  problem,
}: Line): Pick<Extract<ValidateEvent, { type: 'row' }>, 'text' | 'raw' | 'cut'> {
  return { text, ...(raw && { raw }), ...(problem === 'line-too-long' && { cut: true }) };
}

/** What a reader says, as a finding: under its own code where that is one of the rules. */
export function addProblem(
  { code, severity, message, excerpt = '', place }: Problem,
  findings: Findings,
): void {
  const pointer = place.pointer ?? (place.column === undefined ? '' : `/${escapePointer(place.column)}`);
  const known = code === 'list-cut' ? 'json-cut' : code === 'list-missing' ? 'json-invalid' : code;
  const rule = severity === 'error' ? 'source-problem' : 'source-warning';
  if (isRuleCode(known)) findings.add(known, pointer, message, excerpt);
  else findings.add(rule, pointer, message, excerpt, { cause: code });
}
