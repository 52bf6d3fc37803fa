import type { JsonObject } from '../sample/json.js';
import type { NamedImages } from './check-images.js';
import type { FindingSink } from './finding.js';
import type { ImageInspection, ImageInspector } from './image-port.js';
import { checkBudget, type Inspections, inspectAll, lookAtImages } from './look.js';
import type { ValidateOptions } from './validate-options.js';

/** A row on its way through the rules. */
export interface RowInWork {
  readonly line: number;
  readonly row: JsonObject;
  readonly named: NamedImages;
  /** Errors that were found in it before. */
  readonly errors: number;
}

/** Images whose inspection is kept for the next row that names them. */
const REMEMBERED = 4096;

/** The rules that need more than the row: its image files, and what it costs with them. */
export class RowLooker {
  readonly #options: ValidateOptions;
  readonly #remembered = new Map<string, ImageInspection>();
  #images: ImageInspector | undefined;

  constructor(options: ValidateOptions) {
    this.#options = options;
  }

  /** Starts a file. */
  begin(images: ImageInspector | undefined): void {
    this.#images = images;
    this.#remembered.clear();
  }

  /** Whether there is anything to look at. */
  get busy(): boolean {
    return this.#images !== undefined || this.#options.budget !== undefined;
  }

  /** Looks at the images of some rows, each once. */
  async inspect(rows: readonly NamedImages[]): Promise<Inspections> {
    const { concurrency = 8, signal } = this.#options;
    const inspector = this.#images;
    const found = new Map<string, ImageInspection>();
    if (inspector === undefined) return found;
    const unknown = new Set<string>();
    for (const { images } of rows) {
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
      if (this.#remembered.size <= REMEMBERED) break;
      this.#remembered.delete(path);
    }
    return found;
  }

  /** What the images say about a row, and whether it fits with them. */
  look({ line, row, named, errors }: RowInWork, inspections: Inspections, sink: FindingSink): void {
    const sizes = lookAtImages(named, inspections, sink);
    const { budget } = this.#options;
    if (budget !== undefined && errors === 0) checkBudget(row, named, sizes, line, budget, sink);
  }
}
