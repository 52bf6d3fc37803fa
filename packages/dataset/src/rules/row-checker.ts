import type { ImageSize } from '@internvl/tiling';
import { languageOfScript, scriptOf, scriptOfLanguage } from '../language/script.js';
import { charClass, textScan } from '../language/text-scan.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../sample/json.js';
import { checkBoxes } from './check-boxes.js';
import { checkCharacters } from './check-characters.js';
import { checkImages, isSide, type NamedImages } from './check-images.js';
import { checkPlaceholders, type PlaceholderCount } from './check-placeholders.js';
import { checkTurns, kindOf, type Speaker, shown } from './check-turns.js';
import { excerptAt, type FindingSink } from './finding.js';
import { REPETITION_THRESHOLD, repetitionGuess, repetitionRatio } from './repetition.js';
import { tagFinder } from './tags.js';

/** What rows are held against. */
export interface RowRules {
  /** Language of the answers of rows without a `lang` of their own: `zh`, `en`, `zh-Hant`. */
  readonly language?: string | undefined;
  /** Added tokens and reserved pieces of the tokenizer, which no text may spell; those of the InternVL families are known. */
  readonly specialTokens?: readonly string[] | undefined;
  /** Tells languages of one script apart (`latinLanguages` in `@internvl/dataset`); without it only scripts are compared. */
  readonly identify?: ((text: string) => string | undefined) | undefined;
}

/** Looks at single rows. */
export interface RowChecker {
  /** Every rule that needs the row alone. @returns the images it names; undefined for what is no row */
  check(row: JsonValue, sink: FindingSink): NamedImages | undefined;
}

const tag = /<[^<>]{1,40}>/g;
/** Letters below which a text has no language. */
const LEAST_LETTERS = 6;
/** Letters below which languages of one script are not told apart. */
const LEAST_FOR_WORDS = 30;

/** @returns a checker with tables of its own; make one and use it for all rows. */
export function rowChecker({ language, specialTokens, identify }: RowRules = {}): RowChecker {
  const { scan } = textScan();
  const { find } = tagFinder(specialTokens);
  const { suspects } = repetitionGuess();
  /** Of the present row's one image. */
  let size: ImageSize | undefined;
  const count: PlaceholderCount = { images: 0, videos: 0, first: false };

  const checkTags = (
    text: string,
    speaker: Speaker,
    index: number,
    pointer: string,
    sink: FindingSink,
  ): void => {
    const tags = find(text);
    if (tags.images + tags.videos > 0) {
      if (speaker === 'human') {
        count.images += tags.images;
        count.videos += tags.videos;
        if (index === 0 && tags.images > 0) count.first = true;
      } else {
        const at = tags.placeholder;
        sink.add(
          'placeholder-in-answer',
          pointer,
          `Expected placeholders in human turns only, got one in a ${speaker} turn at ${at}.`,
          excerptAt(text, at),
          { at },
        );
      }
    }
    for (const [token, at] of tags.special) {
      sink.add(
        'special-token',
        pointer,
        `Expected text without control tokens, got ${token} at ${at}.`,
        excerptAt(text, at),
        { token, at },
      );
    }
    if (tags.unbalanced !== undefined) {
      const { tag, at } = tags.unbalanced;
      sink.add(
        'tag-unbalanced',
        pointer,
        `Expected tags in pairs, got ${tag} alone at ${at}.`,
        excerptAt(text, at),
        { tag, at },
      );
    }
    if (tags.boxes.length > 0) checkBoxes(tags.boxes, size, pointer, sink);
  };

  const checkLanguage = (
    text: string,
    counts: Uint32Array,
    expected: string,
    pointer: string,
    sink: FindingSink,
  ): void => {
    const script = scriptOf(counts);
    const wanted = scriptOfLanguage(expected);
    if (script === 'none' || wanted === undefined) return;
    let letters = 0;
    for (let kind: number = charClass.han; kind <= charClass.otherLetter; kind++) letters += counts[kind]!;
    const latin = counts[charClass.latin]! + counts[charClass.mojibake]!;
    if (script === wanted) {
      const mismatch = variantMismatch(expected, counts) ?? wordMismatch(text, latin, expected, identify);
      if (mismatch === undefined) return;
      sink.add('language-mismatch', pointer, `Expected ${expected}, got ${mismatch}.`, excerptAt(text), {
        expected,
        found: mismatch,
      });
      return;
    }
    if (letters * 3 + latin < LEAST_LETTERS) return;
    const found = languageOfScript(script) ?? script;
    sink.add('language-mismatch', pointer, `Expected ${expected}, got text in ${found}.`, excerptAt(text), {
      expected,
      found,
    });
  };

  return {
    check(row, sink) {
      if (!isJsonObject(row)) {
        sink.add('row-shape', '', `Expected an object, got ${kindOf(row)}.`, shown(row));
        return undefined;
      }
      const expected = expectedLanguage(row, language, sink);
      count.images = 0;
      count.videos = 0;
      count.first = false;
      const { width, height } = row;
      size = isSide(width) && isSide(height) ? { width, height } : undefined;
      checkTurns(row, sink, (text, speaker, index) => {
        const counts = scan(text);
        if (needsCharacters(counts)) checkCharacters(text, counts, valuePointer(index), sink);
        if (counts[charClass.less]! > 0) checkTags(text, speaker, index, valuePointer(index), sink);
        if (speaker !== 'gpt') return;
        if (expected !== undefined) {
          // Tags are written in Latin letters in every language.
          const words = counts[charClass.less]! > 0 ? text.replaceAll(tag, ' ') : text;
          checkLanguage(words, words === text ? counts : scan(words), expected, valuePointer(index), sink);
        }
        if (!suspects(text)) return;
        const ratio = repetitionRatio(text);
        if (ratio > REPETITION_THRESHOLD) {
          sink.add(
            'repetition',
            valuePointer(index),
            `Expected at most ${REPETITION_THRESHOLD} of n-grams repeated, got ${ratio.toFixed(2)}.`,
            excerptAt(text),
            { ratio },
          );
        }
      });
      const named = checkImages(row, sink);
      checkPlaceholders(named, count, sink);
      return named;
    },
  };
}

function valuePointer(index: number): string {
  return `/conversations/${index}/value`;
}

function needsCharacters(counts: Uint32Array): boolean {
  for (let kind: number = charClass.control; kind <= charClass.mojibake; kind++)
    if (counts[kind]! > 0) return true;
  return counts[charClass.simplified]! > 0 && counts[charClass.traditional]! > 0;
}

function expectedLanguage(
  row: JsonObject,
  language: string | undefined,
  sink: FindingSink,
): string | undefined {
  const own = row.lang;
  if (own === undefined || own === null) return language;
  if (typeof own === 'string') return own;
  sink.add('field-type', '/lang', `Expected a language tag, got ${kindOf(own)}.`, shown(own));
  return language;
}

/** Simplified where traditional was declared, or the other way round. */
function variantMismatch(expected: string, counts: Uint32Array): string | undefined {
  const simplified = counts[charClass.simplified]!;
  const traditional = counts[charClass.traditional]!;
  if (/^zh[-_](?:hans|cn|sg)/i.test(expected) && traditional > simplified) return 'traditional Chinese';
  if (/^zh[-_](?:hant|tw|hk|mo)/i.test(expected) && simplified > traditional) return 'simplified Chinese';
  return undefined;
}

function wordMismatch(
  text: string,
  letters: number,
  expected: string,
  identify: RowRules['identify'],
): string | undefined {
  if (identify === undefined || letters < LEAST_FOR_WORDS) return undefined;
  const found = identify(text);
  return found === undefined || found === expected.toLowerCase().split(/[-_]/)[0] ? undefined : found;
}
