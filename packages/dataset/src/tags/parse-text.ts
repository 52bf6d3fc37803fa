import { detectConvention, type ImageSize, toFractions } from '../boxes/convention.js';
import type { BoxConvention } from '../sample/box-convention.js';
import type { BoxPart, Part } from '../sample/sample.js';

export interface TagOptions {
  /** How box numbers are meant. Default: what each shows. */
  readonly boxes?: BoxConvention | undefined;
  /** Of the image that boxes are in, for pixels. */
  readonly size?: ImageSize | undefined;
  /** Next image that an `<image>` stands for; undefined where it is literal text. */
  readonly nextImage?: (() => number | undefined) | undefined;
  /** Also take `[0.1, 0.2, 0.3, 0.4]` in running text for a box, as LLaVA's data writes them. Default: false. */
  readonly bareBoxes?: boolean | undefined;
  /** Told of a box that can't be read: the text stays text. */
  readonly onBadBox?: ((text: string, reason: 'no-numbers' | 'size-unknown') => void) | undefined;
}

// No tag holds another one, and `[^<]` keeps the search linear on any text.
const tag = /<image>|<video>|<ref>([^<]*)<\/ref>|<(box|quad)>([^<]*)<\/\2>/g;
const tagOrBare =
  /<image>|<video>|<ref>([^<]*)<\/ref>|<(box|quad)>([^<]*)<\/\2>|\[(?:[01]?\.\d+|[01])(?:,\s*(?:[01]?\.\d+|[01])){3}\]/g;

const decimal = /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;

/**
 * Text with tags → parts. What is no well-formed tag stays text, so that writing the parts gives the text again.
 */
export function parseText(text: string, options: TagOptions = {}): readonly Part[] {
  const { nextImage, bareBoxes = false } = options;
  // Most turns have no tag at all.
  if (!text.includes('<') && !(bareBoxes && text.includes('[')))
    return text === '' ? [] : [{ type: 'text', text }];
  const parts: Part[] = [];
  let start = 0;
  const plain = (end: number) => {
    if (end > start) parts.push({ type: 'text', text: text.slice(start, end) });
  };
  for (const match of text.matchAll(bareBoxes ? tagOrBare : tag)) {
    const [whole, phrase, shape, numbers] = match;
    const part = partOf(whole, phrase, shape, numbers, nextImage, options);
    if (part === undefined) continue;
    plain(match.index);
    parts.push(part);
    start = match.index + whole.length;
  }
  plain(text.length);
  return parts;
}

function partOf(
  whole: string,
  phrase: string | undefined,
  shape: string | undefined,
  numbers: string | undefined,
  nextImage: (() => number | undefined) | undefined,
  options: TagOptions,
): Part | undefined {
  if (whole === '<image>') {
    const imageIndex = nextImage?.();
    return imageIndex === undefined ? undefined : { type: 'image', imageIndex };
  }
  if (whole === '<video>') return { type: 'opaque', kind: 'video', text: whole };
  if (phrase !== undefined) return { type: 'ref', text: phrase };
  // Four whole numbers in brackets may be anything.
  if (shape === undefined && !whole.includes('.')) return undefined;
  const spelled = numbers ?? whole;
  const part = boxPart(spelled, shape === 'quad' ? 8 : 4, options);
  if (typeof part !== 'string') return part;
  // A list of numbers that is no box is text.
  if (shape !== undefined) options.onBadBox?.(whole, part);
  return undefined;
}

/** The numbers of `[[1, 2, 3, 4], …]` or `[1, 2, 3, 4]` as a part, or why not. Read by a pattern, never evaluated. */
function boxPart(
  spelled: string,
  corners: 4 | 8,
  { boxes: convention, size }: TagOptions,
): BoxPart | 'no-numbers' | 'size-unknown' {
  const words = spelled.split(/[\s[\],()]+/).filter((word) => word !== '');
  if (!words.every((word) => decimal.test(word))) return 'no-numbers';
  const all = words.map(Number);
  if (all.length === 0 || all.length % corners !== 0) return 'no-numbers';
  const raw = Array.from({ length: all.length / corners }, (_, index) =>
    all.slice(index * corners, (index + 1) * corners),
  );
  const meant = convention ?? detectConvention(raw);
  const boxes: (readonly number[])[] = [];
  for (const box of raw) {
    const fractions = toFractions(box, meant, size);
    if (fractions === undefined) return 'size-unknown';
    boxes.push(fractions);
  }
  return { type: 'box', ...(corners === 8 && { kind: 'quad' }), boxes, convention: meant, spelled };
}
