const han = /[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]/;
const unit = /[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[\p{L}\p{N}\p{M}]+/gu;

/** n-grams of Chinese and Japanese are this many characters, of spaced scripts this many words. */
const CHARACTERS = 4;
const WORDS = 3;
/** Fewer n-grams than this say nothing. */
const LEAST = 5;

/** Characters that are measured; a loop shows long before. */
const MEASURED = 100_000;

/** Ratio above which an answer counts as repeating itself. */
export const REPETITION_THRESHOLD = 0.4;

/**
 * Share of n-grams that have come before in the same text: 0 for none, near 1 for a loop. Words are the units of spaced
 * scripts, characters those of Chinese and Japanese, so that it sees both; boxes are left out, and what follows the first 100 000
 * characters.
 */
export function repetitionRatio(text: string): number {
  const units =
    text
      .slice(0, MEASURED)
      .replaceAll(/<(box|quad)>[^<]*<\/\1>/g, ' ')
      .match(unit) ?? [];
  const characters = units.reduce((sum, piece) => sum + Number(han.test(piece)), 0);
  const size = characters * 2 >= units.length ? CHARACTERS : WORDS;
  const total = units.length - size + 1;
  if (total < LEAST) return 0;
  const seen = new Set<string>();
  for (let at = 0; at < total; at++) seen.add(units.slice(at, at + size).join('\u0001'));
  return 1 - seen.size / total;
}

/** What separates words for Python's `split()`: `\s` and five control characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are blanks there
const pythonBlank = /[\s\u001c-\u001f\u0085]+/;

/**
 * Upstream's measure, for comparison: n-grams of blank-separated words, those that occur more than once, each counted once, through all
 * n-grams. It is blind to Chinese, which has no blanks, and twelve times the same word score 1/3.
 *
 * @see `calculate_ngram_repetition` in OpenGVLab/InternVL `internvl_chat/internvl/train/dataset.py`, which uses n = 10 and the
 *   threshold 0.4 on gpt turns; its call is commented out in the loader.
 */
export function upstreamRepetitionRatio(text: string, n = 10): number {
  const words = text.split(pythonBlank).filter((word) => word !== '');
  const counts = new Map<string, number>();
  const total = words.length - n + 1;
  for (let at = 0; at < total; at++) {
    const gram = words.slice(at, at + n).join(' ');
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  if (total <= 0) return 0;
  let repeated = 0;
  for (const count of counts.values()) if (count > 1) repeated++;
  return repeated / total;
}

/** Tells in one quick pass whether a text is worth measuring. */
export interface RepetitionGuess {
  /** False where `repetitionRatio` is at most the threshold, nearly always; true where it has to be measured. */
  suspects(text: string): boolean;
}

const SLOTS = 1 << 13;
const BASE = 0x01000193;

/** @returns a guesser with a table of its own; make one and use it for many texts. */
export function repetitionGuess(): RepetitionGuess {
  const hashes = new Int32Array(SLOTS);
  const stamps = new Int32Array(SLOTS);
  let stamp = 0;

  /** Share of windows of `size` units that have come before, as far as a table with one entry per slot remembers. */
  const repeats = (text: string, size: number): number => {
    stamp++;
    let power = 1;
    for (let step = 0; step < size; step++) power = Math.imul(power, BASE);
    let hash = 0;
    let seen = 0;
    for (let at = 0; at < text.length; at++) {
      hash = (Math.imul(hash, BASE) + text.charCodeAt(at)) | 0;
      if (at >= size) hash = (hash - Math.imul(power, text.charCodeAt(at - size))) | 0;
      if (at < size - 1) continue;
      const slot = (Math.imul(hash, 0x9e3779b1) >>> 19) & (SLOTS - 1);
      if (stamps[slot] === stamp && hashes[slot] === hash) seen++;
      stamps[slot] = stamp;
      hashes[slot] = hash;
    }
    return seen / (text.length - size + 1);
  };

  return {
    suspects(text) {
      if (text.length < LEAST + CHARACTERS - 1) return false;
      if (text.length > SLOTS / 2) return true;
      const chinese = han.test(text.length > 200 ? text.slice(0, 200) : text);
      return repeats(text, chinese ? CHARACTERS : 8) > (chinese ? 0.25 : 0.2);
    },
  };
}
