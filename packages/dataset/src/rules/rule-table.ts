import { fileRules } from './table/file-rules.js';
import { imageRules } from './table/image-rules.js';
import { pairRules } from './table/pair-rules.js';
import { rowRules } from './table/row-rules.js';
import { textRules } from './table/text-rules.js';

/** Every rule by its code, in the order of `docs/data-rules.md`. Codes are stable: one is never renamed or reused. */
export const ruleTable = { ...fileRules, ...rowRules, ...imageRules, ...textRules, ...pairRules };

export type RuleCode = keyof typeof ruleTable;

/** Codes that `repair` can mend. */
export const repairable: readonly RuleCode[] = Object.keys(ruleTable)
  .filter(isRuleCode)
  .filter((code) => 'repair' in ruleTable[code]);

export function isRuleCode(code: string): code is RuleCode {
  return Object.hasOwn(ruleTable, code);
}
