import type { AddedTokensMode, Segment, Tokenizer } from '@internvl/tokenizer';
import { type ConversationTemplate, type PromptTurn, stripSpaces } from '@internvl/tokenizer/templates';
import { DatasetError } from '../error.js';
import type { LabelledIds } from './labelled-ids.js';
import { ignoredLabel } from './labelled-ids.js';
import { trainingFrames } from './training-frames.js';

export interface LabelOptions {
  /** Visual tokens of one tile: 256 for tiles of 448 pixels. */
  readonly tokensPerTile: number;
  /** Which added tokens text may hold: the grounding tags by default; `'parse'` trusts the text as the reference does. */
  readonly addedTokens?: AddedTokensMode | undefined;
}

const grounding = ['<ref>', '</ref>', '<box>', '</box>', '<quad>', '</quad>'];

/**
 * Ids and labels of a conversation for training: the answers and the token that ends each are trained, all else is ignored (−100).
 * The mask follows from where the stretches of the text lie, by the tokens' offsets; nothing is tokenized twice, so that it can't
 * go out of step as the reference's can. A token across a border is ignored.
 *
 * For clean data equal to `preprocess_internlm`, `preprocess_mpt`, `preprocess_phi3` and `preprocess_internvl2_5` of
 * OpenGVLab/InternVL (2410d1d, `internvl/train/dataset.py`), of which the first strips every message.
 *
 * @param turns roles alternate, the user first; a leading system turn is the template's `systemMessage`
 * @returns `ids` and `labels` `[tokens]`
 * @throws `invalid-option` for counts below 1; `video-unsupported` for video parts; `tokenizer-unreadable` when a token of the
 * template is missing
 */
export function labelConversation(
  tokenizer: Tokenizer,
  template: ConversationTemplate,
  turns: readonly PromptTurn[],
  { tokensPerTile, addedTokens = grounding }: LabelOptions,
): LabelledIds {
  const frames = trainingFrames(template);
  const segments: Segment[] = [];
  /** Stretches of the joined text that are trained. */
  const trained: [start: number, end: number][] = [];
  let length = 0;
  let visualTokens = 0;
  const push = (segment: Segment): void => {
    length += 'token' in segment ? segment.token.length * (segment.count ?? 1) : segment.text.length;
    segments.push(segment);
  };
  push({ text: template.system.before });
  push({ text: template.systemMessage, addedTokens: 'text' });
  push({ text: template.system.after });
  for (const [index, turn] of turns.entries()) {
    const frame = frames[turn.role];
    const last = index === turns.length - 1;
    push({ text: frame.before });
    const start = length;
    push({ text: frame.opening });
    for (const [at, part] of turn.parts.entries()) {
      if (part.type === 'video') throw videoUnsupported();
      if (part.type === 'text') {
        const text = frames.strips ? stripped(part.text, at === 0, at === turn.parts.length - 1) : part.text;
        push({ text, addedTokens: part.addedTokens ?? addedTokens });
        continue;
      }
      const count = part.tiles * tokensPerTile;
      if (!Number.isInteger(count) || count < 1) throw notCount(part.tiles, tokensPerTile);
      push({ token: '<img>' });
      push({ token: '<IMG_CONTEXT>', count });
      push({ token: '</img>' });
      visualTokens += count;
    }
    push({ text: last ? frame.lastStop : frame.stop });
    if (turn.role === 'assistant') trained.push([start, length]);
    push({ text: frame.after });
  }
  const { ids, offsets } = tokenizer.encodeSegments(segments);
  return { ids, visualTokens, ...mask(ids, offsets, trained) };
}

/** Labels of ids out of the stretches that are trained, both in order. */
function mask(
  ids: readonly number[],
  offsets: readonly (readonly [number, number])[],
  trained: readonly (readonly [number, number])[],
): { labels: number[]; trainedTokens: number } {
  let at = 0;
  let trainedTokens = 0;
  const labels = ids.map((id, index) => {
    const [start, end] = offsets[index]!;
    while (at < trained.length && trained[at]![1] <= start) at++;
    const stretch = trained[at];
    // A token that is nowhere in the text, as BOS, has an empty range; only inside an answer it belongs to it.
    const inside = stretch && (start === end ? start > stretch[0] : start >= stretch[0] && end <= stretch[1]);
    if (!inside) return ignoredLabel;
    trainedTokens++;
    return id;
  });
  return { labels, trainedTokens };
}

/** Python's `strip()` on a message that lies in several parts. */
function stripped(text: string, first: boolean, last: boolean): string {
  if (first && last) return stripSpaces(text);
  if (first) return stripSpaces(`${text}.`).slice(0, -1);
  return last ? stripSpaces(`.${text}`).slice(1) : text;
}

function videoUnsupported(): DatasetError {
  return new DatasetError(
    'video-unsupported',
    'Expected parts of text and images, got a video; sample its frames and give them as images.',
  );
}

function notCount(tiles: number, tokensPerTile: number): DatasetError {
  return new DatasetError(
    'invalid-option',
    `Expected whole numbers from 1 on, got ${tiles} tiles of ${tokensPerTile} visual tokens; count them with planTiles of @internvl/tiling.`,
    { tiles, tokensPerTile },
  );
}
