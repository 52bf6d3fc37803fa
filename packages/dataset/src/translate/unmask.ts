import type { Part } from '../sample/sample.js';
import type { MaskedSegment } from './mask.js';

/** A piece of a translated segment: words, or a mark where one stands. */
export type MaskedPiece =
  | { readonly type: 'words'; readonly text: string }
  | { readonly type: 'mark'; readonly number: number; readonly closes: boolean };

const written = /[⟦〚]\s*(?<slash>\/?)\s*(?<number>[0-9０-９]{1,6})\s*[⟧〛]/gu;

/** A translated text cut at its marks. White space inside a mark and full-width digits are forgiven. */
export function maskedPieces(text: string): MaskedPiece[] {
  const pieces: MaskedPiece[] = [];
  let at = 0;
  for (const match of text.matchAll(written)) {
    if (match.index > at) pieces.push({ type: 'words', text: text.slice(at, match.index) });
    const digits = match.groups!.number!.normalize('NFKC');
    pieces.push({ type: 'mark', number: Number(digits), closes: match.groups!.slash !== '' });
    at = match.index + match[0].length;
  }
  if (at < text.length) pieces.push({ type: 'words', text: text.slice(at) });
  return pieces;
}

/** A text without its marks; each leaves a blank behind. */
export function wordsOf(text: string): string {
  return text.replaceAll(written, ' ');
}

/**
 * The parts of a turn, protected spans put back.
 *
 * @param text a translation that passed the placeholder check: every mark is there once, and references close
 */
export function unmask(text: string, segment: MaskedSegment): Part[] {
  const marks = new Map(segment.marks.map((mark) => [mark.number, mark]));
  const parts: Part[] = [...segment.before];
  let ref: string | undefined;
  const addText = (piece: string) => {
    if (ref === undefined) pushText(parts, piece);
    else ref += piece;
  };
  for (const piece of maskedPieces(text.trim())) {
    if (piece.type === 'words') {
      addText(piece.text);
      continue;
    }
    const mark = marks.get(piece.number);
    if (mark === undefined) continue;
    if (mark.kind === 'ref' && mark.part !== undefined) {
      if (!piece.closes) ref = '';
      else {
        parts.push({ type: 'ref', text: ref ?? '' });
        ref = undefined;
      }
    } else if (mark.part === undefined) addText(mark.text);
    else parts.push(mark.part);
  }
  for (const part of segment.after) {
    if (part.type === 'text') pushText(parts, part.text);
    else parts.push(part);
  }
  return parts;
}

function pushText(parts: Part[], text: string): void {
  if (text === '') return;
  const last = parts.at(-1);
  if (last?.type === 'text') parts[parts.length - 1] = { type: 'text', text: last.text + text };
  else parts.push({ type: 'text', text });
}
