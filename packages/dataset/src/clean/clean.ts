import { excerptAt } from '../rules/finding.js';
import { IdSet } from '../rules/id-set.js';
import { REPETITION_THRESHOLD, repetitionRatio, upstreamRepetitionRatio } from '../rules/repetition.js';
import type { Place } from '../sample/problem.js';
import type { Reading } from '../sample/reading.js';
import type { Part, Sample } from '../sample/sample.js';
import { spellParts } from '../tags/spell-parts.js';
import type { CleanCode, CleanOptions, CleanRow, CleanSummary, CleanVerdict } from './clean-options.js';
import { imageKeyOf } from './image-key.js';
import { NearIndex } from './near-index.js';
import { findPersonalData, redactPersonalData } from './personal-data.js';
import { partsText, sampleText } from './sample-text.js';
import { shingles } from './shingles.js';
import { hash64, normalisedText } from './text-key.js';

/** Texts of fewer shingles are compared exactly or not at all. */
const LEAST_SHINGLES = 12;

/**
 * Takes rows out that should not be trained on, and says why of each. Rows come out in the order they come in, none is left out of the
 * stream; the first of duplicates is kept.
 *
 * @returns the counts, when the loop is done
 * @throws `signal.reason` when aborted
 */
export async function* clean(
  rows: AsyncIterable<Reading>,
  options: CleanOptions = {},
): AsyncGenerator<CleanRow, CleanSummary, undefined> {
  const cleaner = new Cleaner(options);
  for await (const reading of rows) {
    options.signal?.throwIfAborted();
    yield await cleaner.row(reading);
  }
  return cleaner.summary();
}

class Cleaner {
  readonly #options: CleanOptions;
  readonly #exact = new IdSet();
  readonly #near: NearIndex | undefined;
  /** Lines of the texts in `#near`. */
  readonly #nearLines: number[] = [];
  readonly #removed = new Map<CleanCode, number>();
  readonly #personal = new Map<string, number>();
  #rows = 0;
  #kept = 0;
  #changed = 0;

  constructor(options: CleanOptions) {
    this.#options = options;
    const { near = false } = options;
    if (near !== false) this.#near = new NearIndex(near === true ? {} : near);
  }

  summary(): CleanSummary {
    return {
      rows: this.#rows,
      kept: this.#kept,
      changed: this.#changed,
      removed: Object.fromEntries(this.#removed),
      personalData: Object.fromEntries(this.#personal),
    };
  }

  async row({ place, sample, problems }: Reading): Promise<CleanRow> {
    this.#rows++;
    if (sample === undefined) {
      return this.#out(place, undefined, problems, {
        code: 'unreadable',
        message: problems[0]?.message ?? 'Expected a row, got none.',
        facts: {},
      });
    }
    const reason =
      (await this.#contaminated(sample)) ??
      this.#repeats(sample) ??
      this.#dropsPersonal(sample) ??
      (await this.#duplicate(sample, place));
    if (reason !== undefined) return this.#out(place, sample, problems, reason);
    this.#kept++;
    const { verdicts, redacted } = this.#personalData(sample);
    const { convert } = this.#options;
    const before = redacted ?? sample;
    const after = convert === undefined ? before : mapText(before, convert);
    const changed = redacted !== undefined || (after !== before && sampleText(after) !== sampleText(before));
    if (changed) this.#changed++;
    return { place, sample: changed ? after : sample, problems, kept: true, changed, verdicts };
  }

  #out(
    place: Place,
    sample: Sample | undefined,
    problems: Reading['problems'],
    verdict: CleanVerdict,
  ): CleanRow {
    this.#removed.set(verdict.code, (this.#removed.get(verdict.code) ?? 0) + 1);
    return { place, ...(sample && { sample }), problems, kept: false, changed: false, verdicts: [verdict] };
  }

  async #contaminated(sample: Sample): Promise<CleanVerdict | undefined> {
    const { evaluationText, evaluationImages } = this.#options;
    for (const turn of evaluationText === undefined ? [] : sample.turns) {
      const overlap = evaluationText?.find(partsText(turn.parts));
      if (overlap === undefined) continue;
      const { name, text } = overlap;
      return {
        code: 'contaminated-text',
        message: `The evaluation set has it at ${name}: ${excerptAt(text)}.`,
        facts: { evaluation: name, text },
      };
    }
    for (const image of evaluationImages === undefined ? [] : sample.images) {
      const near = await evaluationImages?.find(image);
      if (near === undefined) continue;
      const { name, distance } = near;
      return {
        code: 'contaminated-image',
        message: `The evaluation set has an image that looks like it, ${name}, ${distance} bits away.`,
        facts: { evaluation: name, distance },
      };
    }
    return undefined;
  }

  #repeats(sample: Sample): CleanVerdict | undefined {
    const { repetition = false, repetitionThreshold = REPETITION_THRESHOLD } = this.#options;
    if (repetition === false) return undefined;
    const measure = repetition === 'own' ? repetitionRatio : upstreamRepetitionRatio;
    for (const [turn, { role, parts }] of sample.turns.entries()) {
      if (role !== 'assistant') continue;
      const ratio = measure(partsText(parts));
      if (ratio <= repetitionThreshold) continue;
      return {
        code: 'repetition',
        message: `The answer repeats itself: ${ratio.toFixed(2)} of its n-grams, above ${repetitionThreshold}.`,
        facts: { ratio, turn, measure: repetition },
      };
    }
    return undefined;
  }

  #dropsPersonal(sample: Sample): CleanVerdict | undefined {
    if (this.#options.personalData !== 'drop') return undefined;
    return this.#personalData(sample).verdicts[0];
  }

  #personalData(sample: Sample): { readonly verdicts: readonly CleanVerdict[]; readonly redacted?: Sample } {
    const { personalData = false } = this.#options;
    if (personalData === false) return { verdicts: [] };
    const kinds = new Map<string, number>();
    for (const { parts } of sample.turns) {
      for (const part of parts) {
        if (!hasText(part)) continue;
        for (const { kind } of findPersonalData(part.text)) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      }
    }
    if (kinds.size === 0) return { verdicts: [] };
    for (const [kind, count] of kinds) this.#personal.set(kind, (this.#personal.get(kind) ?? 0) + count);
    const found = [...kinds].map(([kind, count]) => `${count} × ${kind}`).join(', ');
    const verdict: CleanVerdict = {
      code: 'personal-data',
      message: `The row has personal data: ${found}.`,
      facts: Object.fromEntries(kinds),
    };
    return personalData === 'redact'
      ? { verdicts: [verdict], redacted: mapText(sample, redactPersonalData) }
      : { verdicts: [verdict] };
  }

  async #duplicate(sample: Sample, place: Place): Promise<CleanVerdict | undefined> {
    const { exact = true, scope = 'row', imageKey = imageKeyOf } = this.#options;
    const line = place.line ?? place.row ?? this.#rows;
    const text = normalisedText(sampleText(sample));
    const images = scope === 'text' ? '' : (await Promise.all(sample.images.map(imageKey))).join('\n');
    // Boxes are part of what a row says; words alone are compared for likeness.
    const said = sample.turns.map(({ parts }) => spellParts(parts)).join('\n');
    const first = exact ? this.#exact.add(`${images}\n\n${normalisedText(said)}`, line) : 0;
    if (first !== 0) {
      return {
        code: 'duplicate',
        message: `Line ${first} has the same ${scope === 'text' ? '' : 'images and '}words.`,
        facts: { first },
      };
    }
    if (this.#near === undefined) return undefined;
    const set = shingles(text);
    if (set.length < LEAST_SHINGLES) return undefined;
    const near = this.#near.add(set, hash64(images).low);
    if (near === undefined) {
      this.#nearLines.push(line);
      return undefined;
    }
    const other = this.#nearLines[near.index] ?? 0;
    const similarity = Number(near.similarity.toFixed(3));
    return {
      code: 'near-duplicate',
      message: `Line ${other} has nearly the same words: ${similarity} of their n-grams.`,
      facts: { first: other, similarity },
    };
  }
}

function hasText(part: Part): part is Extract<Part, { readonly text: string }> {
  return part.type === 'text' || part.type === 'ref' || part.type === 'opaque';
}

function mapText(sample: Sample, change: (text: string) => string): Sample {
  return {
    ...sample,
    turns: sample.turns.map((turn) => ({
      ...turn,
      parts: turn.parts.map((part) => (hasText(part) ? { ...part, text: change(part.text) } : part)),
    })),
  };
}
