import { DatasetError } from '../error.js';
import { isJsonObject, type JsonObject } from '../sample/json.js';
import type { Problem } from '../sample/problem.js';
import type { ByteSource } from '../source/byte-source.js';
import { checkArchive } from './check-archive.js';
import type { NamedImages } from './check-images.js';
import { excerptAt, type Finding } from './finding.js';
import { Findings } from './findings.js';
import { IdSet } from './id-set.js';
import type { ImageInspection, ImageInspector } from './image-port.js';
import { escapePointer } from './json-inspection.js';
import { type Line, lineBlocks } from './lines.js';
import { checkBudget, type Inspections, inspectAll, lookAtImages } from './look.js';
import { EMPTY_LINE, parseLine } from './parse-line.js';
import { repairRow } from './repair.js';
import { type RowChecker, rowChecker } from './row-checker.js';
import { isRuleCode, type RuleCode } from './rule-table.js';
import type {
  FileSummary,
  RowsInput,
  ValidateEvent,
  ValidateInput,
  ValidateOptions,
  ValidateSummary,
} from './validate-options.js';

const MAX_LINE_BYTES = 1 << 24;
/** JSON Lines shrink to a tenth or twentieth; only what was made to grow unpacks to more than this. */
const BOMB_RATIO = 400;
const BOMB_BYTES = 1 << 26;
const REMEMBERED_IMAGES = 4096;
/** A repair can bring to light what another rule mends: a backslash, and then a letter in the wrong case. */
const REPAIR_ROUNDS = 4;

/** A row on its way through the rules. */
interface RowInWork {
  readonly line: Line;
  readonly row: JsonObject;
  readonly named: NamedImages;
  errors: number;
}

/** Rows that count as one piece of work where a reader gives them one by one. */
const ROWS_AT_ONCE = 256;

/**
 * Holds rows against every rule: InternVL JSON Lines line by line as they are, other formats as InternVL rows. Findings come as they are found, in the order of lines; nothing is left
 * out, replaced or thrown. Memory does not grow with the file, but for 12 to 24 bytes an id.
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
  readonly #findings: Findings;
  readonly #fixes: ReadonlySet<RuleCode>;
  readonly #files: FileSummary[] = [];
  readonly #remembered = new Map<string, ImageInspection>();
  #ids = new IdSet();
  #images: ImageInspector | undefined;
  #root: string | undefined;
  #rows = 0;
  #badRows = 0;
  #repairedRows = 0;
  stopped = false;

  constructor(options: ValidateOptions) {
    this.#options = options;
    this.#checker = rowChecker(options);
    this.#findings = new Findings(options.perRule ?? 1000);
    this.#fixes = new Set(options.mode === 'repair' ? options.fixes : []);
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
    const findings = this.#findings;
    if ('problem' in input) {
      const { code, file, line, pointer, message, excerpt, facts } = input.problem;
      findings.file = file;
      findings.at(line);
      findings.add(code, pointer, message, excerpt, facts);
      yield* this.#take();
      this.#full();
      return;
    }
    if ('archive' in input) {
      findings.file = input.archive.name;
      const { errors } = findings;
      await this.#guarded(() =>
        checkArchive(this.#bytes(input.archive), findings, (entry) => findings.at(entry)),
      );
      yield* this.#take();
      const found = findings.errors - errors;
      this.#full();
      if (found === 0 && input.content !== undefined) yield* this.input(input.content);
      else if (found > 0) this.#files.push({ file: findings.file, rows: 0, errors: found, warnings: 0 });
      return;
    }
    const whole = 'stream' in input ? { source: input } : input;
    const name = 'source' in whole ? whole.source.name : whole.file;
    const { signal } = this.#options;
    const before = { rows: this.#rows, errors: findings.errors, warnings: findings.warnings };
    findings.file = name;
    this.#ids = new IdSet();
    this.#remembered.clear();
    this.#images = whole.images ?? this.#options.images;
    this.#root = whole.root ?? this.#options.root;
    try {
      if ('source' in whole) yield* this.#lines(whole.source);
      else yield* this.#otherRows(whole);
    } catch (error) {
      this.#failed(error);
    }
    signal?.throwIfAborted();
    const rows = this.#rows - before.rows;
    if (rows === 0 && findings.errors === before.errors) {
      findings.at(0);
      findings.add('file-empty', '', 'Expected at least one row, got none.', '');
    }
    if ('length' in whole && whole.length !== undefined && whole.length !== rows && !this.stopped) {
      findings.at(0);
      findings.add(
        'meta-length',
        '',
        `Expected ${whole.length} rows as the meta file says, got ${rows}.`,
        '',
        {
          length: whole.length,
          rows,
        },
      );
    }
    yield* this.#take();
    this.#files.push({
      file: name,
      rows,
      errors: findings.errors - before.errors,
      warnings: findings.warnings - before.warnings,
    });
  }

  async #guarded(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** A file that cannot be read to its end is a finding; anything else that is thrown is not ours to catch. */
  #failed(error: unknown): void {
    this.#options.signal?.throwIfAborted();
    if (!DatasetError.is(error) || !aboutTheFile.has(error.code)) throw error;
    this.#findings.at(0);
    this.#findings.add(fileRuleOf(error), '', error.message, '', { cause: error.code });
  }

  async *#lines(source: ByteSource): AsyncGenerator<ValidateEvent, void, undefined> {
    const { signal, mode, maxLineBytes = MAX_LINE_BYTES } = this.#options;
    for await (const block of lineBlocks(this.#bytes(source), { maxLineBytes })) {
      signal?.throwIfAborted();
      if (mode === 'repair') yield* this.#repairBlock(block);
      else yield* this.#block(block);
      if (this.stopped) break;
    }
  }

  /** Rows of another format become lines, so that every rule and mode works on them. */
  async *#otherRows({ rows }: RowsInput): AsyncGenerator<ValidateEvent, void, undefined> {
    const { signal, mode } = this.#options;
    const findings = this.#findings;
    let block: Line[] = [];
    const work = (lines: readonly Line[]) =>
      mode === 'repair' ? this.#repairBlock(lines) : this.#block(lines);
    for await (const { line, text, problems } of rows) {
      signal?.throwIfAborted();
      findings.at(line);
      for (const problem of problems) addProblem(problem, findings);
      if (text === undefined) {
        this.#rows++;
        this.#badRows++;
      } else block.push({ number: line, text });
      if (block.length < ROWS_AT_ONCE) continue;
      yield* work(block);
      block = [];
      if (this.stopped) return;
    }
    if (block.length > 0) yield* work(block);
    yield* this.#take();
    this.#full();
  }

  /** The bytes of a file, as far as they can be JSON Lines at all. */
  async *#bytes(source: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
    const { signal, onProgress } = this.#options;
    let loaded = 0;
    for await (const piece of source.stream({ signal })) {
      if (loaded === 0 && piece.length > 1) {
        const [first, second] = piece;
        if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
          throw new DatasetError(
            'encoding-utf16',
            'Expected UTF-8, got the mark of UTF-16 or UTF-32; save the file as UTF-8.',
          );
        }
      }
      loaded += piece.length;
      if (loaded > BOMB_BYTES && source.size !== undefined && loaded > source.size * BOMB_RATIO) {
        throw new DatasetError(
          'compression-bomb',
          `Expected data that unpacks to at most ${BOMB_RATIO} times its size, got ${loaded} bytes from ${source.size} so far.`,
        );
      }
      yield piece;
      onProgress?.({ status: 'validating', file: source.name, loaded, total: source.size });
    }
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

  async *#block(block: readonly Line[]): AsyncGenerator<ValidateEvent, void, undefined> {
    const findings = this.#findings;
    const { budget, mode } = this.#options;
    const looking = this.#images !== undefined || budget !== undefined;
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
          this.#checkId(parsed.row, line.number, findings);
          if (looking) rows.push({ line, row: parsed.row, named, errors: findings.rowErrors });
        }
        if (findings.rowErrors > 0) this.#badRows++;
        if (mode === 'quarantine') {
          outcomes.push({ line, errors: findings.rowErrors, codes: [...findings.rowCodes] });
        }
      }
      if (findings.rowErrors > 0 && this.#full()) break;
    }
    if (rows.length > 0) {
      const inspections = await this.#inspect(rows.map(({ named }) => named));
      const byLine = new Map(outcomes.map((outcome) => [outcome.line.number, outcome]));
      for (const work of rows) {
        findings.at(work.line.number);
        this.#look(work, inspections, findings);
        if (findings.rowErrors > 0 && work.errors === 0) this.#badRows++;
        const outcome = byLine.get(work.line.number);
        if (outcome !== undefined) {
          outcome.errors += findings.rowErrors;
          outcome.codes = [...new Set([...outcome.codes, ...findings.rowCodes])];
        }
      }
      this.#full();
    }
    yield* this.#take();
    for (const { line, errors, codes } of outcomes) {
      const state = errors > 0 ? 'bad' : 'sound';
      yield { type: 'row', file: findings.file, line: line.number, state, text: line.text, codes };
    }
  }

  async *#repairBlock(block: readonly Line[]): AsyncGenerator<ValidateEvent, void, undefined> {
    for (const line of block) {
      const outcome = await this.#repairLine(line);
      yield* this.#take();
      if (outcome !== undefined)
        yield { type: 'row', file: this.#findings.file, line: line.number, ...outcome };
      if (this.#full()) return;
    }
  }

  async #repairLine(
    line: Line,
  ): Promise<Omit<Extract<ValidateEvent, { type: 'row' }>, 'type' | 'file' | 'line'> | undefined> {
    const findings = this.#findings;
    const trial = this.#trial(line.number);
    const parsed = parseLine(line, trial);
    let open = [...trial.take()];
    const mended: Finding[] = [];
    let text = line.text;
    const lineFixes = open.filter(
      ({ code }) => this.#fixes.has(code) && (code === 'byte-order-mark' || code === 'line-empty'),
    );
    if (lineFixes.length > 0) {
      mended.push(...lineFixes);
      open = open.filter((finding) => !lineFixes.includes(finding));
      text = text.replace(/^\ufeff/, '');
    }
    if (parsed.kind === 'row') {
      let { row } = parsed;
      let current = await this.#checkAll(row, line, true);
      for (let round = 0; round < REPAIR_ROUNDS && isJsonObject(row); round++) {
        const fixable = current.filter(({ code }) => this.#fixes.has(code));
        if (fixable.length === 0) break;
        const before: JsonObject = row;
        const after = fixable.reduce(
          (whole, finding) => repairRow(whole, finding, { root: this.#root }),
          before,
        );
        if (JSON.stringify(after) === JSON.stringify(before)) break;
        const next = await this.#checkAll(after, line, false);
        const left = new Set(next.map(keyOf));
        mended.push(...fixable.filter((finding) => !left.has(keyOf(finding))));
        row = after;
        current = [
          ...next,
          ...current.filter(({ code }) => code === 'id-duplicate' || code === 'id-missing'),
        ];
        text = JSON.stringify(after);
      }
      open.push(...current);
    }
    findings.at(line.number);
    for (const finding of mended) findings.adopt(finding, true);
    for (const finding of open) findings.adopt(finding, false);
    if (parsed.kind === 'empty' && findings.rowErrors === 0) {
      return lineFixes.some(({ code }) => code === 'line-empty')
        ? undefined
        : { state: 'sound', text, codes: [] };
    }
    if (parsed.kind !== 'empty') this.#rows++;
    if (findings.rowErrors > 0) {
      this.#badRows++;
      return { state: 'bad', text: line.text, codes: [...findings.rowCodes] };
    }
    if (mended.length > 0) this.#repairedRows++;
    return { state: mended.length > 0 ? 'repaired' : 'sound', text, codes: [] };
  }

  /** Everything about one row, by itself. */
  async #checkAll(
    row: Parameters<RowChecker['check']>[0],
    line: Line,
    first: boolean,
  ): Promise<readonly Finding[]> {
    const trial = this.#trial(line.number);
    const named = this.#checker.check(row, trial);
    if (named !== undefined && isJsonObject(row)) {
      if (first) this.#checkId(row, line.number, trial);
      const inspections = await this.#inspect([named]);
      this.#look({ line, row, named, errors: trial.rowErrors }, inspections, trial);
    }
    return trial.take();
  }

  #trial(line: number): Findings {
    const trial = new Findings(Number.POSITIVE_INFINITY);
    trial.file = this.#findings.file;
    trial.at(line);
    return trial;
  }

  #checkId(row: JsonObject, line: number, sink: Findings): void {
    const { id } = row;
    if (id === undefined || id === null || id === '') {
      sink.add('id-missing', '', 'Expected an id, there is none.', '');
      return;
    }
    if (typeof id !== 'string' && typeof id !== 'number') {
      sink.add(
        'field-type',
        '/id',
        'Expected an id as text or number, got another type.',
        excerptAt(JSON.stringify(id)),
      );
      return;
    }
    const key = typeof id === 'string' ? id : String(id);
    const seen = this.#ids.add(key, line);
    if (seen === 0) return;
    sink.add(
      'id-duplicate',
      '/id',
      `Expected an id of its own, ${excerptAt(key)} is that of line ${seen}.`,
      excerptAt(key),
      {
        first: seen,
      },
    );
  }

  async #inspect(all: readonly NamedImages[]): Promise<Inspections> {
    const { concurrency = 8, signal } = this.#options;
    const inspector = this.#images;
    const found = new Map<string, ImageInspection>();
    if (inspector === undefined) return found;
    const unknown = new Set<string>();
    for (const { images } of all) {
      for (const { path, lookable } of images) {
        if (!lookable) continue;
        const known = this.#remembered.get(path);
        if (known === undefined) unknown.add(path);
        else found.set(path, known);
      }
    }
    if (unknown.size === 0) return found;
    const seen = await inspectAll(unknown, inspector, concurrency, signal, this.#remembered);
    for (const [path, inspection] of seen) found.set(path, inspection);
    for (const path of this.#remembered.keys()) {
      if (this.#remembered.size <= REMEMBERED_IMAGES) break;
      this.#remembered.delete(path);
    }
    return found;
  }

  #look({ line, row, named, errors }: RowInWork, inspections: Inspections, sink: Findings): void {
    const sizes = lookAtImages(named, inspections, sink);
    const { budget } = this.#options;
    if (budget !== undefined && errors === 0) checkBudget(row, named, sizes, line.number, budget, sink);
  }
}

/** Repairs move text about, so a finding is known again by rule and place. */
function keyOf({ code, pointer }: Finding): string {
  return `${code} ${pointer}`;
}

/** What a reader says, as a finding: under its own code where that is one of the rules. */
function addProblem({ code, severity, message, excerpt = '', place }: Problem, findings: Findings): void {
  const pointer = place.pointer ?? (place.column === undefined ? '' : `/${escapePointer(place.column)}`);
  const known = code === 'list-cut' ? 'json-cut' : code === 'list-missing' ? 'json-invalid' : code;
  if (isRuleCode(known)) findings.add(known, pointer, message, excerpt);
  else
    findings.add(severity === 'error' ? 'source-problem' : 'source-warning', pointer, message, excerpt, {
      cause: code,
    });
}

/** Failures that end the reading of one file and no more. */
const aboutTheFile = new Set([
  'encoding-utf16',
  'compression-bomb',
  'compression-damaged',
  'zstd-missing',
  'file-missing',
  'file-unusable',
  'network',
]);

/** What a stream's failure is called among the rules. */
function fileRuleOf({ code }: DatasetError): RuleCode {
  return code === 'encoding-utf16' || code === 'compression-bomb' ? code : 'file-unreadable';
}
