import { DatasetError } from '../error.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../sample/json.js';
import { checkId } from './check-id.js';
import type { Finding } from './finding.js';
import { Findings } from './findings.js';
import type { IdSet } from './id-set.js';
import type { Line } from './lines.js';
import { type ParsedRow, parseLine } from './parse-line.js';
import { repairRow } from './repair.js';
import type { RowChecker } from './row-checker.js';
import type { RowLooker } from './row-looker.js';
import { type RuleCode, repairable } from './rule-table.js';

/** A repair can bring to light what another rule mends: a backslash, and then a letter in the wrong case. */
const ROUNDS = 4;

/** What became of a line. */
export interface RepairedLine {
  readonly kind: ParsedRow['kind'];
  /** The line to write. */
  readonly text: string;
  readonly mended: readonly Finding[];
  /** What is left. */
  readonly open: readonly Finding[];
}

/** Where the present file's rows are looked at. */
export interface RepairPlace {
  readonly file: string;
  readonly root: string | undefined;
  readonly ids: IdSet;
}

/** Mends rows by the listed rules, and looks at each again before it counts as mended. */
export class RowRepairer {
  readonly #fixes: ReadonlySet<RuleCode>;
  readonly #checker: RowChecker;
  readonly #looker: RowLooker;

  /** @throws `invalid-option` for a rule that has no repair */
  constructor(fixes: readonly RuleCode[], checker: RowChecker, looker: RowLooker) {
    const strange = fixes.find((code) => !repairable.includes(code));
    if (strange !== undefined) {
      throw new DatasetError(
        'invalid-option',
        `Expected fixes of ${repairable.join(', ')}, got ${strange}; leave it out.`,
        { option: 'fixes', value: strange },
      );
    }
    this.#fixes = new Set(fixes);
    this.#checker = checker;
    this.#looker = looker;
  }

  mends(code: RuleCode): boolean {
    return this.#fixes.has(code);
  }

  async repair(line: Line, place: RepairPlace): Promise<RepairedLine> {
    const trial = trialOf(line, place);
    const parsed = parseLine(line, trial);
    const [mended, open]: [Finding[], Finding[]] = [[], []];
    for (const finding of trial.take()) {
      const ofLine = finding.code === 'byte-order-mark' || finding.code === 'line-empty';
      (ofLine && this.mends(finding.code) ? mended : open).push(finding);
    }
    const text = mended.length > 0 ? line.text.replace(/^\ufeff/, '') : line.text;
    if (parsed.kind !== 'row') return { kind: parsed.kind, text, mended, open };
    const rest = await this.#repairRow(parsed.row, text, line, place);
    return {
      kind: 'row',
      text: rest.text,
      mended: [...mended, ...rest.mended],
      open: [...open, ...rest.open],
    };
  }

  async #repairRow(
    first: JsonValue,
    text: string,
    line: Line,
    place: RepairPlace,
  ): Promise<Pick<RepairedLine, 'text' | 'mended' | 'open'>> {
    const mended: Finding[] = [];
    // An id is seen once, so what there is to say about it is said once.
    const ids = trialOf(line, place);
    if (isJsonObject(first)) checkId(first, line.number, place.ids, ids);
    const aboutId = ids.take();
    let row = first;
    let written = text;
    let open = await this.#findings(row, line, place);
    for (let round = 0; round < ROUNDS && isJsonObject(row); round++) {
      const fixable = open.filter(({ code }) => this.mends(code));
      if (fixable.length === 0) break;
      const before: JsonObject = row;
      const after = fixable.reduce((whole, finding) => repairRow(whole, finding, place), before);
      const next = JSON.stringify(after);
      if (next === JSON.stringify(before)) break;
      row = after;
      written = next;
      open = await this.#findings(row, line, place);
      const left = new Set(open.map(keyOf));
      mended.push(...fixable.filter((finding) => !left.has(keyOf(finding))));
    }
    return { text: written, mended, open: [...aboutId, ...open] };
  }

  /** Everything about one row, by itself. */
  async #findings(row: JsonValue, line: Line, place: RepairPlace): Promise<readonly Finding[]> {
    const trial = trialOf(line, place);
    const named = this.#checker.check(row, trial);
    if (named !== undefined && isJsonObject(row)) {
      const inspections = await this.#looker.inspect([named]);
      this.#looker.look({ line: line.number, row, named, errors: trial.rowErrors }, inspections, trial);
    }
    return trial.take();
  }
}

function trialOf({ number }: Line, { file }: RepairPlace): Findings {
  const trial = new Findings(Number.POSITIVE_INFINITY);
  trial.file = file;
  trial.at(number);
  return trial;
}

/** Repairs move text about, so a finding is known again by rule and place. */
function keyOf({ code, pointer }: Finding): string {
  return `${code} ${pointer}`;
}
