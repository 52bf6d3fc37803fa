import { excerptAt, type FindingSink } from '../rules/finding.js';
import type { BoxPart, Part, Sample, Turn } from '../sample/sample.js';
import { numbersOf, saysNumber } from '../translate/checks/numbers.js';
import { answerKind, optionLetters } from './answer-kind.js';

/** Boxes that differ by no more than this, in thousandths of the image, are the same one, rounded twice. */
const SAME = 1.5;

/**
 * Holds two language versions of a row against each other: same images, turns, placeholders, boxes, numbers, option letters, and
 * answers of the same kind.
 *
 * @param sink gets pointers into the sample: `/turns/1`
 */
export function comparePair(first: Sample, second: Sample, sink: FindingSink): void {
  const images = (sample: Sample): string =>
    sample.images.map(({ path, url }) => path ?? url ?? '').join(', ');
  if (images(first) !== images(second)) {
    sink.add(
      'pair-images',
      '/images',
      `Expected the same images, got ${shown(images(first))} and ${shown(images(second))}.`,
      excerptAt(images(second)),
    );
  }
  const roles = (sample: Sample): string => sample.turns.map(({ role }) => role).join(', ');
  if (roles(first) !== roles(second)) {
    sink.add(
      'pair-turns',
      '/turns',
      `Expected the same turns, got ${first.turns.length} and ${second.turns.length}: ${roles(first)}; ${roles(second)}.`,
      '',
    );
    return;
  }
  for (const [index, turn] of first.turns.entries()) {
    const other = second.turns[index];
    if (other !== undefined) compareTurns(turn, other, `/turns/${index}`, sink);
  }
}

function compareTurns(first: Turn, second: Turn, pointer: string, sink: FindingSink): void {
  const excerpt = excerptAt(wordsOf(second.parts));
  const images = (turn: Turn): string =>
    turn.parts.flatMap((part) => (part.type === 'image' ? [part.imageIndex] : [])).join(',');
  if (images(first) !== images(second)) {
    sink.add(
      'pair-placeholders',
      pointer,
      'Expected the same placeholders in both versions, got others.',
      excerpt,
    );
  }
  if (!sameBoxes(boxesOf(first.parts), boxesOf(second.parts))) {
    sink.add('pair-boxes', pointer, 'Expected the same boxes in both versions, got others.', excerpt);
  }
  const words = wordsOf(first.parts);
  const otherWords = wordsOf(second.parts);
  const missing = [...unsaid(words, otherWords), ...unsaid(otherWords, words)];
  if (missing.length > 0) {
    sink.add(
      'pair-numbers',
      pointer,
      `Expected the same numbers in both versions, ${missing.join(', ')} is in one alone.`,
      excerpt,
      {
        numbers: missing,
      },
    );
  }
  if (first.role === 'user') {
    const [letters, otherLetters] = [optionLetters(words), optionLetters(otherWords)];
    if (letters !== otherLetters) {
      sink.add(
        'pair-options',
        pointer,
        `Expected the same options, got ${letters || 'none'} and ${otherLetters || 'none'}.`,
        excerpt,
      );
    }
    return;
  }
  const [kind, otherKind] = [answerKind(words), answerKind(otherWords)];
  const value = (answer: typeof kind): string =>
    'value' in answer ? `${answer.kind} ${answer.value}` : answer.kind;
  // A number may be a word in the other language, which the rule about numbers judges.
  const numberAsWord =
    kind.kind !== otherKind.kind &&
    (kind.kind === 'number' || otherKind.kind === 'number') &&
    missing.length === 0;
  if (value(kind) !== value(otherKind) && !numberAsWord) {
    sink.add(
      'pair-answer-type',
      pointer,
      `Expected an answer that means the same, got ${value(kind)} and ${value(otherKind)}.`,
      excerpt,
    );
  }
}

function wordsOf(parts: readonly Part[]): string {
  return parts
    .map((part) => (part.type === 'text' || part.type === 'ref' || part.type === 'opaque' ? part.text : ' '))
    .join('');
}

function boxesOf(parts: readonly Part[]): readonly (readonly number[])[] {
  return parts.filter((part): part is BoxPart => part.type === 'box').flatMap(({ boxes }) => boxes);
}

function sameBoxes(first: readonly (readonly number[])[], second: readonly (readonly number[])[]): boolean {
  return (
    first.length === second.length &&
    first.every((box, index) =>
      box.every(
        (number, at) => Math.abs(number - (second[index]?.[at] ?? Number.POSITIVE_INFINITY)) * 1000 <= SAME,
      ),
    )
  );
}

/** Numbers of a text that the other neither writes nor says. */
function unsaid(text: string, other: string): readonly string[] {
  const written = numbersOf(other);
  return numbersOf(text).filter((number) => {
    const at = written.indexOf(number);
    if (at >= 0) written.splice(at, 1);
    return at < 0 && !saysNumber(other, number);
  });
}

function shown(text: string): string {
  return text === '' ? 'none' : excerptAt(text);
}
