import type { Facts, Finding, FindingSink } from './finding.js';
import { type RuleCode, ruleTable } from './rule-table.js';

/** How often a rule was broken. */
export type RuleCounts = Readonly<Partial<Record<RuleCode, number>>>;

/** Collects findings: all are counted, the first of each rule are kept. */
export class Findings implements FindingSink {
  /** Where the next finding is. */
  file = '';
  line = 0;
  errors = 0;
  warnings = 0;
  notes = 0;
  repairs = 0;
  /** Errors of the present row. */
  rowErrors = 0;
  /** Codes found in the present row. */
  readonly rowCodes = new Set<RuleCode>();
  readonly #counts = new Map<RuleCode, number>();
  readonly #perRule: number;
  #kept: Finding[] = [];

  constructor(perRule: number) {
    this.#perRule = perRule;
  }

  /** Starts a row. */
  at(line: number): void {
    this.line = line;
    this.rowErrors = 0;
    if (this.rowCodes.size > 0) this.rowCodes.clear();
  }

  add(code: RuleCode, pointer: string, message: string, excerpt: string, facts: Facts = {}): void {
    const { severity, fix } = ruleTable[code];
    if (severity === 'error') {
      this.errors++;
      this.rowErrors++;
    } else if (severity === 'warning') this.warnings++;
    else this.notes++;
    this.rowCodes.add(code);
    const count = (this.#counts.get(code) ?? 0) + 1;
    this.#counts.set(code, count);
    if (count > this.#perRule) return;
    this.#kept.push({
      code,
      severity,
      file: this.file,
      line: this.line,
      pointer,
      message,
      excerpt,
      fix,
      facts,
    });
  }

  /** The same warning for so many lines from the present one on; what is not kept costs nothing. */
  addLines(code: RuleCode, lines: number, message: string, repaired = false): void {
    const first = this.line;
    const { severity, fix } = ruleTable[code];
    const counted = this.#counts.get(code) ?? 0;
    const kept = Math.max(0, Math.min(lines, this.#perRule - counted));
    for (let at = 0; at < kept; at++) {
      const place = { file: this.file, line: first + at, pointer: '' };
      const finding = { code, severity, ...place, message, excerpt: '', fix, facts: {} };
      this.#kept.push(repaired ? { ...finding, repaired } : finding);
    }
    this.#counts.set(code, counted + lines);
    if (repaired) this.repairs += lines;
    else this.warnings += lines;
  }

  /** Takes over what was found in a trial, mended or not. */
  adopt(finding: Finding, repaired: boolean): void {
    if (!repaired) {
      this.add(finding.code, finding.pointer, finding.message, finding.excerpt, finding.facts);
      return;
    }
    this.repairs++;
    const count = (this.#counts.get(finding.code) ?? 0) + 1;
    this.#counts.set(finding.code, count);
    if (count <= this.#perRule) this.#kept.push({ ...finding, repaired: true });
  }

  get counts(): RuleCounts {
    return Object.fromEntries(this.#counts);
  }

  /** Findings so far that no one has taken, by line. */
  take(): readonly Finding[] {
    const taken = this.#kept.sort((a, b) => a.line - b.line);
    this.#kept = [];
    return taken;
  }
}
