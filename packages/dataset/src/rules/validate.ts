import { isJsonObject } from '../sample/json.js';
import type { ByteSource } from '../source/byte-source.js';
import { checkArchive } from './check-archive.js';
import { checkId } from './check-id.js';
import { fileBytes, ruleOfFailure } from './file-bytes.js';
import { Findings } from './findings.js';
import { addProblem, contentOf } from './hand-over.js';
import { IdSet } from './id-set.js';
import { type Line, lineBlocks } from './lines.js';
import { EMPTY_LINE, parseLine } from './parse-line.js';
import { type RowChecker, rowChecker } from './row-checker.js';
import { type RowInWork, RowLooker } from './row-looker.js';
import { RowRepairer } from './row-repairer.js';
import type { RuleCode } from './rule-table.js';
import type {
  ArchiveInput,
  FileSummary,
  LinesInput,
  RowsInput,
  ValidateEvent,
  ValidateInput,
  ValidateOptions,
  ValidateSummary,
} from './validate-options.js';

const MAX_LINE_BYTES = 1 << 24;
/** Rows that count as one piece of work where a reader gives them one by one. */
const ROWS_AT_ONCE = 256;

/**
 * Holds rows against every rule: InternVL JSON Lines line by line as they are, other formats as InternVL rows. Findings come as they are
 * found, in the order of lines; nothing is left out, replaced or thrown. Memory does not grow with the file, but for 12 to 40 bytes an id.
 *
 * @param inputs files as `fileSource` and its kin give them, unpacked; `validateInputs` of `@internvl/dataset/node` tells what a file is
 * @returns the counts, when the loop over the events is done
 * @throws `invalid-option` for a repair that does not exist; `signal.reason` when aborted
 */
export async function* validate(
  inputs: Iterable<ValidateInput> | AsyncIterable<ValidateInput>,
  options: ValidateOptions = {},
): AsyncGenerator<ValidateEvent, ValidateSummary, undefined> {
  const validator = new Validator(options);
  for await (const input of inputs) {
    yield* validator.input(input);
    if (validator.stopped) break;
  }
  return validator.summary();
}

class Validator {
  readonly #options: ValidateOptions;
  readonly #checker: RowChecker;
  readonly #looker: RowLooker;
  readonly #repairer: RowRepairer | undefined;
  readonly #findings: Findings;
  readonly #files: FileSummary[] = [];
  #ids = new IdSet();
  #root: string | undefined;
  #rows = 0;
  #badRows = 0;
  #repairedRows = 0;
  stopped = false;

  constructor(options: ValidateOptions) {
    const { mode, fixes = [], perRule = 1000 } = options;
    this.#options = options;
    this.#checker = rowChecker(options);
    this.#looker = new RowLooker(options);
    this.#repairer = mode === 'repair' ? new RowRepairer(fixes, this.#checker, this.#looker) : undefined;
    this.#findings = new Findings(perRule);
  }

  summary(): ValidateSummary {
    const { errors, warnings, notes, repairs, counts } = this.#findings;
    return {
      ok: errors === 0,
      files: this.#files,
      rows: this.#rows,
      badRows: this.#badRows,
      repairedRows: this.#repairedRows,
      errors,
      warnings,
      notes,
      repairs,
      counts,
      stopped: this.stopped,
    };
  }

  async *input(input: ValidateInput): AsyncGenerator<ValidateEvent, void, undefined> {
    if ('problem' in input) {
      const { code, file, line, pointer, message, excerpt, facts } = input.problem;
      this.#findings.file = file;
      this.#findings.at(line);
      this.#findings.add(code, pointer, message, excerpt, facts);
    } else if ('archive' in input) yield* this.#archive(input);
    else yield* this.#file('stream' in input ? { source: input } : input);
    yield* this.#take();
    this.#full();
  }

  async *#archive({ archive, content }: ArchiveInput): AsyncGenerator<ValidateEvent, void, undefined> {
    const findings = this.#findings;
    findings.file = archive.name;
    const { errors } = findings;
    try {
      await checkArchive(fileBytes(archive, this.#options), findings, (entry) => findings.at(entry));
    } catch (error) {
      this.#failed(error);
    }
    yield* this.#take();
    const found = findings.errors - errors;
    if (found > 0) this.#files.push({ file: archive.name, rows: 0, errors: found, warnings: 0 });
    else if (content !== undefined) yield* this.#file(content);
  }

  async *#file(input: LinesInput | RowsInput): AsyncGenerator<ValidateEvent, void, undefined> {
    const findings = this.#findings;
    const before = { rows: this.#rows, errors: findings.errors, warnings: findings.warnings };
    const file = 'source' in input ? input.source.name : input.file;
    findings.file = file;
    this.#ids = new IdSet();
    this.#root = input.root ?? this.#options.root;
    this.#looker.begin(input.images ?? this.#options.images);
    try {
      if ('source' in input) yield* this.#lines(input.source);
      else yield* this.#otherRows(input);
    } catch (error) {
      this.#failed(error);
    }
    this.#options.signal?.throwIfAborted();
    const rows = this.#rows - before.rows;
    findings.at(0);
    if (rows === 0 && findings.errors === before.errors) {
      findings.add('file-empty', '', 'Expected at least one row, got none.', '');
    }
    if ('length' in input && input.length !== undefined && input.length !== rows && !this.stopped) {
      const message = `Expected ${input.length} rows as the meta file says, got ${rows}.`;
      findings.add('meta-length', '', message, '', { length: input.length, rows });
    }
    yield* this.#take();
    const errors = findings.errors - before.errors;
    this.#files.push({ file, rows, errors, warnings: findings.warnings - before.warnings });
  }

  /** A file that cannot be read to its end is a finding; anything else that is thrown is not ours to catch. */
  #failed(error: unknown): void {
    this.#options.signal?.throwIfAborted();
    const { code, message, cause } = ruleOfFailure(error);
    this.#findings.at(0);
    this.#findings.add(code, '', message, '', { cause });
  }

  async *#lines(source: ByteSource): AsyncGenerator<ValidateEvent, void, undefined> {
    const { maxLineBytes = MAX_LINE_BYTES } = this.#options;
    for await (const block of lineBlocks(fileBytes(source, this.#options), { maxLineBytes })) {
      yield* this.#block(block);
      if (this.stopped) break;
    }
  }

  /** Rows of another format become lines, so that every rule and mode works on them. */
  async *#otherRows({ rows }: RowsInput): AsyncGenerator<ValidateEvent, void, undefined> {
    const findings = this.#findings;
    let block: Line[] = [];
    for await (const { line, text, problems } of rows) {
      if (text === undefined && block.length > 0) {
        yield* this.#block(block);
        block = [];
      }
      findings.at(line);
      for (const problem of problems) addProblem(problem, findings);
      if (findings.rowErrors > 0) this.#full();
      if (text !== undefined) block.push({ number: line, text });
      else {
        this.#rows++;
        this.#badRows++;
        const codes = [...findings.rowCodes];
        yield* this.#take();
        if (this.#options.mode !== undefined && this.#options.mode !== 'strict') {
          yield { type: 'row', file: findings.file, line, state: 'bad', text: '', codes };
        }
      }
      if (block.length >= ROWS_AT_ONCE) {
        yield* this.#block(block);
        block = [];
      }
      if (this.stopped) return;
    }
    if (block.length > 0) yield* this.#block(block);
  }

  #block(block: readonly Line[]): AsyncGenerator<ValidateEvent, void, undefined> {
    this.#options.signal?.throwIfAborted();
    return this.#repairer === undefined ? this.#checkBlock(block) : this.#repairBlock(block, this.#repairer);
  }

  *#take(): Generator<ValidateEvent, void, undefined> {
    for (const finding of this.#findings.take()) yield { type: 'finding', finding };
  }

  /** Whether the limit of errors is reached. */
  #full(): boolean {
    const { maxErrors = 0 } = this.#options;
    this.stopped = maxErrors > 0 && this.#findings.errors >= maxErrors;
    return this.stopped;
  }

  /** The way a million rows take: everything that needs the row alone in one synchronous pass, then what has to be waited for. */
  async *#checkBlock(block: readonly Line[]): AsyncGenerator<ValidateEvent, void, undefined> {
    const findings = this.#findings;
    const outcomes: { readonly line: Line; errors: number; codes: readonly RuleCode[] }[] = [];
    const rows: RowInWork[] = [];
    for (const line of block) {
      findings.at(line.number);
      if (line.blank !== undefined) {
        findings.addLines('line-empty', line.blank, EMPTY_LINE);
        continue;
      }
      const parsed = parseLine(line, findings);
      if (parsed.kind !== 'empty') {
        this.#rows++;
        const named = parsed.kind === 'row' ? this.#checker.check(parsed.row, findings) : undefined;
        if (parsed.kind === 'row' && named !== undefined && isJsonObject(parsed.row)) {
          checkId(parsed.row, line.number, this.#ids, findings);
          if (this.#looker.busy) {
            rows.push({ line: line.number, row: parsed.row, named, errors: findings.rowErrors });
          }
        }
        if (findings.rowErrors > 0) this.#badRows++;
        if (this.#options.mode === 'quarantine') {
          outcomes.push({ line, errors: findings.rowErrors, codes: [...findings.rowCodes] });
        }
      }
      if (findings.rowErrors > 0 && this.#full()) break;
    }
    if (rows.length > 0) {
      const inspections = await this.#looker.inspect(rows.map(({ named }) => named));
      const byLine = new Map(outcomes.map((outcome) => [outcome.line.number, outcome]));
      for (const work of rows) {
        findings.at(work.line);
        this.#looker.look(work, inspections, findings);
        if (findings.rowErrors > 0 && work.errors === 0) this.#badRows++;
        const outcome = byLine.get(work.line);
        if (outcome === undefined) continue;
        outcome.errors += findings.rowErrors;
        outcome.codes = [...new Set([...outcome.codes, ...findings.rowCodes])];
      }
    }
    yield* this.#take();
    this.#full();
    for (const { line, errors, codes } of outcomes) {
      const state = errors > 0 ? 'bad' : 'sound';
      yield { type: 'row', file: findings.file, line: line.number, state, ...contentOf(line), codes };
    }
  }

  async *#repairBlock(
    block: readonly Line[],
    repairer: RowRepairer,
  ): AsyncGenerator<ValidateEvent, void, undefined> {
    const findings = this.#findings;
    const { file } = findings;
    for (const line of block) {
      findings.at(line.number);
      if (line.blank !== undefined) {
        findings.addLines('line-empty', line.blank, EMPTY_LINE, repairer.mends('line-empty'));
        yield* this.#take();
        continue;
      }
      const { kind, text, mended, open } = await repairer.repair(line, {
        file,
        root: this.#root,
        ids: this.#ids,
      });
      for (const finding of mended) findings.adopt(finding, true);
      for (const finding of open) findings.adopt(finding, false);
      yield* this.#take();
      if (kind === 'empty') continue;
      this.#rows++;
      const state = findings.rowErrors > 0 ? 'bad' : mended.length > 0 ? 'repaired' : 'sound';
      if (state === 'bad') this.#badRows++;
      if (state === 'repaired') this.#repairedRows++;
      const codes = state === 'bad' ? [...findings.rowCodes] : [];
      yield {
        type: 'row',
        file,
        line: line.number,
        state,
        ...(state === 'bad' ? contentOf(line) : { text }),
        codes,
      };
      if (this.#full()) return;
    }
  }
}
