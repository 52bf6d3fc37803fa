import type { Part, Sample, Turn } from '../sample/sample.js';
import { protectedSpans, type SpanKind } from './protect.js';

/** A protected span, out of the text while it is translated. Its mark in the text is `⟦number⟧`. */
export interface Mark {
  readonly number: number;
  readonly kind: SpanKind;
  /** The characters behind the mark; empty for an image. */
  readonly text: string;
  /** The part that comes back as it is; without one, `text` comes back as text. */
  readonly part?: Part;
}

/** The text of one turn as a translator sees it. */
export interface MaskedSegment {
  /** Index of the turn in the sample. */
  readonly turnIndex: number;
  /** `Which sign is beside ⟦1⟧the dog⟦/1⟧?` */
  readonly text: string;
  readonly marks: readonly Mark[];
  /** Parts and white space around the text that no translator needs to see. */
  readonly before: readonly Part[];
  readonly after: readonly Part[];
}

export interface MaskOptions {
  /** What is protected besides tags and regions. */
  readonly kinds: ReadonlySet<SpanKind>;
  /** Turns whose text stays as it is: what is read off an image word by word. */
  readonly verbatim: (turn: Turn, sample: Sample) => boolean;
}

const letters = /\p{L}/u;

/**
 * The turns of a sample that have something to translate, with every protected span out of harm's way. Marks are
 * numbered through the conversation, from 1.
 */
export function maskSample(sample: Sample, { kinds, verbatim }: MaskOptions): MaskedSegment[] {
  const segments: MaskedSegment[] = [];
  let next = 1;
  sample.turns.forEach((turn, turnIndex) => {
    if (verbatim(turn, sample)) return;
    const { before, inner, after } = trimmed(turn.parts);
    const marks: Mark[] = [];
    const mark = (kind: SpanKind, text: string, part?: Part): string => {
      marks.push({ number: next, kind, text, ...(part !== undefined && { part }) });
      return `⟦${next++}⟧`;
    };
    const text = inner.map((part) => maskPart(part, kinds, mark)).join('');
    const words = text.replaceAll(/⟦\/?\d+⟧/g, ' ');
    if (!letters.test(words)) {
      next -= marks.length;
      return;
    }
    segments.push({ turnIndex, text, marks, before, after });
  });
  return segments;
}

function maskPart(
  part: Part,
  kinds: ReadonlySet<SpanKind>,
  mark: (kind: SpanKind, text: string, part?: Part) => string,
): string {
  switch (part.type) {
    case 'text':
      return maskText(part.text, kinds, mark);
    case 'ref': {
      const open = mark('ref', part.text, part);
      return `${open}${maskText(part.text, kinds, mark)}${open.replace('⟦', '⟦/')}`;
    }
    case 'image':
      return mark('image', '', part);
    case 'box':
      return mark(part.kind ?? 'box', JSON.stringify(part.boxes), part);
    case 'opaque':
      return mark('verbatim', part.text, part);
  }
}

function maskText(
  text: string,
  kinds: ReadonlySet<SpanKind>,
  mark: (kind: SpanKind, text: string) => string,
): string {
  let masked = '';
  let at = 0;
  for (const { kind, start, end } of protectedSpans(text, kinds)) {
    masked += text.slice(at, start) + mark(kind, text.slice(start, end));
    at = end;
  }
  return masked + text.slice(at);
}

/** Images and white space at both ends of a turn, and what is between them. */
function trimmed(parts: readonly Part[]): { before: Part[]; inner: Part[]; after: Part[] } {
  const inner = [...parts];
  const before: Part[] = [];
  const after: Part[] = [];
  for (;;) {
    const first = inner[0];
    if (first?.type === 'image') before.push(inner.shift()!);
    else if (first?.type === 'text' && /^\s/.test(first.text)) {
      const space = /^\s+/.exec(first.text)![0];
      before.push({ type: 'text', text: space });
      inner.shift();
      if (space.length < first.text.length)
        inner.unshift({ type: 'text', text: first.text.slice(space.length) });
    } else break;
  }
  for (;;) {
    const last = inner.at(-1);
    if (last?.type === 'image') after.unshift(inner.pop()!);
    else if (last?.type === 'text' && /\s$/.test(last.text)) {
      const text = last.text.trimEnd();
      after.unshift({ type: 'text', text: last.text.slice(text.length) });
      inner.pop();
      if (text !== '') inner.push({ type: 'text', text });
    } else break;
  }
  return { before, inner, after };
}
