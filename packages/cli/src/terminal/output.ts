import { ProgressBar } from './progress-bar.js';
import { type Style, styleFor } from './style.js';
import type { Surroundings } from './surroundings.js';

/** `text`: for people. `json`: one document. `jsonl`: one object per line. */
export type OutputFormat = 'text' | 'json' | 'jsonl';

/**
 * Where a command's results and remarks go. Results alone reach standard output, and in the JSON formats nothing but
 * JSON does; progress, notes and warnings go to standard error.
 */
export class Output {
  readonly format: OutputFormat;
  /** Of standard output. */
  readonly style: Style;
  /** Of standard error. */
  readonly noteStyle: Style;
  readonly #surroundings: Surroundings;
  readonly #bar: ProgressBar;

  constructor(surroundings: Surroundings, format: OutputFormat) {
    this.format = format;
    this.#surroundings = surroundings;
    this.#bar = new ProgressBar(surroundings.stderr);
    this.style = styleFor(surroundings.stdout, surroundings.env);
    this.noteStyle = styleFor(surroundings.stderr, surroundings.env);
  }

  /** The command's result: the document with `--json`, a last line with `--jsonl`, else `text`. */
  result(document: object, text: string): void {
    this.#bar.clear();
    if (this.format === 'text') this.text(text === '' || text.endsWith('\n') ? text : `${text}\n`);
    else this.#surroundings.stdout.write(`${JSON.stringify(document)}\n`);
  }

  /** A step on the way: a line with `--jsonl`, nothing otherwise. */
  event(event: object): void {
    if (this.format !== 'jsonl') return;
    this.#bar.clear();
    this.#surroundings.stdout.write(`${JSON.stringify(event)}\n`);
  }

  /** A piece of the result for people, as it comes; nothing in the JSON formats. */
  text(piece: string): void {
    if (this.format !== 'text') return;
    this.#bar.clear();
    this.#surroundings.stdout.write(piece);
  }

  /** A remark for people, on standard error. */
  note(line: string): void {
    this.#bar.clear();
    this.#surroundings.stderr.write(`${line}\n`);
  }

  /** Progress of long work, on standard error, on a terminal only. */
  progress(label: string, loaded: number, total: number, unit: 'bytes' | 'pieces' = 'pieces'): void {
    this.#bar.show(label, loaded, total, unit);
  }

  progressDone(): void {
    this.#bar.clear();
  }
}
