import { stripEnd, stripStart } from '../text/white-space.js';
import type { Piece, TextPiece } from './pieces.js';

/**
 * `lstrip`, `rstrip` and `single_word` as the Python classes apply them: token by token to the neighbouring pieces, whatever those
 * are by then. A token that must be a word and is not becomes text of its neighbour.
 */
export function applySlowFlags(pieces: readonly Piece[]): Piece[] {
  const list = [...pieces];
  for (let i = 0; i < list.length; i++) {
    const piece = list[i]!;
    if (!piece.token) continue;
    const { lstrip, rstrip, singleWord } = piece.token;
    const right = list[i + 1];
    if (rstrip && right && !right.token) list[i + 1] = cutStart(right);
    const left = list[i - 1];
    if (lstrip && left && !left.token) list[i - 1] = { ...left, text: stripEnd(left.text) };
    if (!singleWord || piece.count !== 1) continue;
    const before = list[i - 1] && contentOf(list[i - 1]!);
    const after = list[i + 1] && contentOf(list[i + 1]!);
    const none: TextPiece = { text: '', start: piece.start, guard: undefined, normalized: [] };
    if (before && !before.endsWith(' ')) {
      list[i - 1] = { ...none, text: before + piece.token.content, start: list[i - 1]!.start };
      list[i] = none;
    } else if (after && !after.startsWith(' ')) {
      list[i + 1] = { ...none, text: piece.token.content + after };
      list[i] = none;
    }
  }
  return list;
}

function cutStart(piece: TextPiece): TextPiece {
  const text = stripStart(piece.text);
  return { ...piece, text, start: piece.start + piece.text.length - text.length };
}

function contentOf(piece: Piece): string {
  return piece.token ? piece.token.content : piece.text;
}
