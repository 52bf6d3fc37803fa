import type { Problem } from '../sample/problem.js';
import type { Sample } from '../sample/sample.js';

/** What went through: counts for manifests and cards. */
export interface Tally {
  readonly samples: number;
  readonly turns: number;
  readonly images: number;
  /** By name; samples that do not say are under `''`. */
  readonly languages: Counts;
  readonly tasks: Counts;
  readonly sources: Counts;
  readonly licenses: Counts;
  readonly splits: Counts;
  /** Box parts by the convention of their source: more than one here means a look at the data is due. */
  readonly boxes: Counts;
  /** Problems by code. */
  readonly problems: Counts;
}

export type Counts = Readonly<Record<string, number>>;

/** Counts samples and problems as they pass. */
export class Tallier {
  #samples = 0;
  #turns = 0;
  #images = 0;
  readonly #by = {
    languages: new Map<string, number>(),
    tasks: new Map<string, number>(),
    sources: new Map<string, number>(),
    licenses: new Map<string, number>(),
    splits: new Map<string, number>(),
    boxes: new Map<string, number>(),
    problems: new Map<string, number>(),
  };

  add(sample: Sample): void {
    this.#samples++;
    this.#turns += sample.turns.length;
    this.#images += sample.images.length;
    count(this.#by.languages, sample.lang ?? '');
    count(this.#by.tasks, sample.task ?? '');
    count(this.#by.sources, sample.source ?? '');
    count(this.#by.licenses, sample.license ?? '');
    count(this.#by.splits, sample.split ?? '');
    for (const { parts } of sample.turns) {
      for (const part of parts) if (part.type === 'box') count(this.#by.boxes, part.convention);
    }
  }

  problem({ code }: Problem): void {
    count(this.#by.problems, code);
  }

  get tally(): Tally {
    const { languages, tasks, sources, licenses, splits, boxes, problems } = this.#by;
    return {
      samples: this.#samples,
      turns: this.#turns,
      images: this.#images,
      languages: sorted(languages),
      tasks: sorted(tasks),
      sources: sorted(sources),
      licenses: sorted(licenses),
      splits: sorted(splits),
      boxes: sorted(boxes),
      problems: sorted(problems),
    };
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** By name, so that the same counts are the same bytes. */
function sorted(counts: ReadonlyMap<string, number>): Counts {
  return Object.fromEntries(
    [...counts].sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)),
  );
}
