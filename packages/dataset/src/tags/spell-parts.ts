import type { ImageSize } from '../boxes/convention.js';
import { type BoxStyle, spellBoxes } from '../boxes/spell.js';
import type { Part } from '../sample/sample.js';

export interface SpellOptions extends BoxStyle {
  /** Of the image that boxes are in, for pixels. */
  readonly size?: ImageSize | undefined;
  /** Boxes in running text, without tags, and refs as their words: LLaVA's way. Default: false. */
  readonly bare?: boolean | undefined;
  /** What stands for an image. Default: `<image>`. */
  readonly imageTag?: string | undefined;
  /** Told of a box that can't be written; it is left in its source's convention. */
  readonly onBadBox?: (() => void) | undefined;
}

/** Parts → text with tags. */
export function spellParts(parts: readonly Part[], options: SpellOptions = {}): string {
  const { size, bare = false, imageTag = '<image>', onBadBox } = options;
  let text = '';
  for (const part of parts) {
    switch (part.type) {
      case 'text':
      case 'opaque':
        text += part.text;
        break;
      case 'image':
        text += imageTag;
        break;
      case 'ref':
        text += bare ? part.text : `<ref>${part.text}</ref>`;
        break;
      case 'box': {
        const kept = spellBoxes(part, options, size);
        if (kept === undefined) onBadBox?.();
        const spelled = kept ?? spellBoxes(part, { ...options, convention: part.convention }, size) ?? '';
        const shape = part.kind ?? 'box';
        if (!bare) text += `<${shape}>${spelled}</${shape}>`;
        else
          text +=
            part.boxes.length === 1
              ? spelled.replace(/^\s*\[\s*\[/, '[').replace(/\]\s*\]\s*$/, ']')
              : spelled;
        break;
      }
    }
  }
  return text;
}
