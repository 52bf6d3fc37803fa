import { TokenizerError } from '../error.js';
import type { AddedTokensMode, Segment, Tokenizer } from '../tokenizer-spec.js';
import type { PromptPart, PromptSlots, PromptText, PromptTurn } from './prompt-spec.js';

const context = '<IMG_CONTEXT>';
const grounding = ['<ref>', '</ref>', '<box>', '</box>', '<quad>', '</quad>'];

export interface PromptSegmentsOptions {
  readonly tokensPerTile: number;
  readonly strict: boolean;
}

/** Collects the stretches of a prompt: trusted text, untrusted text, images. */
export class PromptSegments {
  readonly #tokenizer: Tokenizer;
  readonly #options: PromptSegmentsOptions;
  readonly #segments: Segment[] = [];
  readonly #tiles: number[] = [];
  #text: string[] = [];

  constructor(tokenizer: Tokenizer, options: PromptSegmentsOptions) {
    const { tokensPerTile } = options;
    if (!Number.isInteger(tokensPerTile) || tokensPerTile < 1) throw notCount('tokensPerTile', tokensPerTile);
    this.#tokenizer = tokenizer;
    this.#options = options;
  }

  /** Text of a template, whose added tokens are meant. */
  trusted(text: string): void {
    this.#push({ text }, text);
  }

  /** Text of a person, a model or a file. */
  untrusted(text: string, addedTokens: AddedTokensMode): void {
    if (this.#options.strict && addedTokens !== 'parse') this.#check(text, addedTokens);
    this.#push({ text, addedTokens }, text);
  }

  image(tiles: number): void {
    if (!Number.isInteger(tiles) || tiles < 1) throw notCount('tiles', tiles);
    const count = tiles * this.#options.tokensPerTile;
    this.#push({ token: '<img>' }, '<img>');
    this.#push({ token: context, count }, context.repeat(count));
    this.#push({ token: '</img>' }, '</img>');
    this.#tiles.push(tiles);
  }

  video(frames: number): void {
    if (!Number.isInteger(frames) || frames < 1) throw notCount('frames', frames);
    for (let frame = 1; frame <= frames; frame++) {
      this.trusted(`${frame > 1 ? '\n' : ''}Frame${frame}: `);
      this.image(1);
    }
  }

  part(part: PromptPart, role: PromptTurn['role']): void {
    if (part.type === 'text') this.untrusted(part.text, part.addedTokens ?? textMode(this.#tokenizer, role));
    else if (part.type === 'image') this.image(part.tiles);
    else this.video(part.frames);
  }

  /** The finished prompt. */
  encode(bos: boolean | undefined): {
    text: string;
    ids: readonly number[];
    slots: PromptSlots[];
    slotId: number | undefined;
  } {
    const { ids } = this.#tokenizer.encodeSegments(this.#segments, { bos });
    const slotId = this.#tokenizer.tokenId(context);
    const slots: PromptSlots[] = [];
    let at = 0;
    for (const tiles of this.#tiles) {
      const count = tiles * this.#options.tokensPerTile;
      const start = ids.indexOf(slotId!, at);
      slots.push({ start, count, tiles });
      at = start + count;
    }
    // Only a text that may hold all added tokens can bring more of them.
    if (slotId !== undefined && ids.indexOf(slotId, at) >= 0) throw reserved(context, 0);
    return { text: this.#text.join(''), ids, slots, slotId };
  }

  #push(segment: Segment, text: string): void {
    this.#segments.push(segment);
    this.#text.push(text);
  }

  #check(text: string, mode: readonly string[] | 'text'): void {
    const allowed = new Set(mode === 'text' ? [] : mode);
    const { addedTokens, reservedPieces } = this.#tokenizer;
    for (const content of ['<image>', ...addedTokens.map((token) => token.content), ...reservedPieces]) {
      const at = allowed.has(content) ? -1 : text.indexOf(content);
      if (at >= 0) throw reserved(content, at);
    }
  }
}

/** What text of this role may hold unless its part says otherwise. */
export function textMode(tokenizer: Tokenizer, role: PromptTurn['role'] | 'system'): readonly string[] {
  if (role === 'user') return grounding;
  const plain = tokenizer.addedTokens.filter((token) => !token.special && !tokenizer.isSpecial(token.id));
  const contents = new Set(tokenizer.addedTokens.map((token) => token.content));
  // A model may have written a reserved piece that is no control token; said again it is the same id.
  const pieces = tokenizer.reservedPieces.filter(
    (piece) => !contents.has(piece) && tokenizer.tokenId(piece) !== undefined,
  );
  return [...grounding, ...plain.map((token) => token.content), ...pieces];
}

/** Whether a turn says nothing at all, in which case the reference leaves out its separator too. */
export function isEmpty(parts: readonly PromptPart[]): boolean {
  return parts.every((part) => part.type === 'text' && (part satisfies PromptText).text === '');
}

function reserved(content: string, offset: number): TokenizerError {
  return new TokenizerError(
    'reserved-text',
    `Expected text without control tokens, got ${JSON.stringify(content)} at ${offset}. Remove it, or leave strict out to have it read as text.`,
    { token: content, offset },
  );
}

function notCount(option: string, value: number): TokenizerError {
  return new TokenizerError(
    'invalid-option',
    `Expected ${option} to be a whole number from 1 on, got ${value}.`,
    { option, value },
  );
}
