import type { Mark, MaskedSegment } from './mask.js';
import { type MaskedPiece, maskedPieces } from './unmask.js';

/** Kinds whose marks keep their order within a turn. */
const ordered = ['image', 'video', 'option'] as const;

/**
 * What is wrong with the marks of a translated text, in words that a translator understands; empty when every mark is
 * there exactly once, each reference is closed around its name, a box still follows its own reference, and images,
 * videos and option letters keep their order. Other marks may move: languages order words differently.
 */
export function markErrors(text: string, segment: MaskedSegment): string[] {
  const pieces = maskedPieces(text).filter((piece) => piece.type === 'mark' || piece.text.trim() !== '');
  const came = pieces.flatMap((piece) => (piece.type === 'mark' ? [written(piece)] : []));
  const errors = countErrors(came, segment.marks);
  if (errors.length > 0) return errors;
  return [
    ...nestingErrors(came, segment),
    ...orderErrors(came, segment.marks),
    ...regionErrors(pieces, segment),
  ];
}

function written({ number, closes }: Extract<MaskedPiece, { type: 'mark' }>): string {
  return `⟦${closes ? '/' : ''}${number}⟧`;
}

function isPair({ kind, part }: Mark): boolean {
  return kind === 'ref' && part !== undefined;
}

function countErrors(came: readonly string[], marks: readonly Mark[]): string[] {
  const expected = new Set<string>();
  for (const mark of marks) {
    expected.add(`⟦${mark.number}⟧`);
    if (isPair(mark)) expected.add(`⟦/${mark.number}⟧`);
  }
  const counts = new Map<string, number>();
  for (const mark of came) counts.set(mark, (counts.get(mark) ?? 0) + 1);
  const errors: string[] = [];
  for (const mark of expected) {
    const count = counts.get(mark) ?? 0;
    if (count === 0) errors.push(`${mark} is missing`);
    else if (count > 1) errors.push(`${mark} occurs ${count} times instead of once`);
  }
  for (const mark of counts.keys()) if (!expected.has(mark)) errors.push(`${mark} does not belong here`);
  return errors;
}

function nestingErrors(came: readonly string[], { text, marks }: MaskedSegment): string[] {
  const errors: string[] = [];
  const pairs = new Set(marks.filter(isPair).map(({ number }) => number));
  const wanted = enclosures(text.match(/⟦\/?\d+⟧/g) ?? [], pairs);
  let open: number | undefined;
  for (const token of came) {
    const number = numberOf(token);
    if (!pairs.has(number)) {
      const home = wanted.get(number);
      if (home === open) continue;
      if (open !== undefined) errors.push(`${token} stands inside ⟦${open}⟧…⟦/${open}⟧`);
      else errors.push(`${token} must stand inside ⟦${home}⟧…⟦/${home}⟧`);
    } else if (token.startsWith('⟦/')) {
      if (open !== number) errors.push(`${token} does not close ⟦${number}⟧`);
      open = undefined;
    } else {
      if (open !== undefined) errors.push(`${token} opens inside ⟦${open}⟧`);
      open = number;
    }
  }
  return errors;
}

/** The reference that each mark of the source stands in; undefined for those outside. */
function enclosures(tokens: readonly string[], pairs: ReadonlySet<number>): Map<number, number | undefined> {
  const homes = new Map<number, number | undefined>();
  let open: number | undefined;
  for (const token of tokens) {
    const number = numberOf(token);
    if (!pairs.has(number)) homes.set(number, open);
    else open = token.startsWith('⟦/') ? undefined : number;
  }
  return homes;
}

function numberOf(token: string): number {
  return Number(token.replaceAll(/\D/g, ''));
}

function orderErrors(came: readonly string[], marks: readonly Mark[]): string[] {
  const place = new Map(came.map((mark, index) => [mark, index]));
  return ordered.flatMap((kind) => {
    const own = marks.filter((mark) => mark.kind === kind).map(({ number }) => `⟦${number}⟧`);
    const kept = own.every((mark, index) => index === 0 || place.get(mark)! > place.get(own[index - 1]!)!);
    return kept ? [] : [`${own.join(' ')} must keep their order`];
  });
}

/** Boxes that follow a reference in the source must follow it in the translation. */
function regionErrors(pieces: readonly MaskedPiece[], { text, marks }: MaskedSegment): string[] {
  const regions = new Set(
    marks.filter(({ kind }) => kind === 'box' || kind === 'quad').map(({ number }) => number),
  );
  const errors: string[] = [];
  for (const [, ref, box] of text.matchAll(/⟦\/(\d+)⟧\s*⟦(\d+)⟧/g)) {
    if (!regions.has(Number(box))) continue;
    const at = pieces.findIndex(
      (piece) => piece.type === 'mark' && piece.number === Number(box) && !piece.closes,
    );
    const before = pieces[at - 1];
    if (before?.type !== 'mark' || !before.closes || before.number !== Number(ref)) {
      errors.push(`⟦${box}⟧ must directly follow ⟦/${ref}⟧`);
    }
  }
  return errors;
}
