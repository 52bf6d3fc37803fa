import type { Random } from './random.js';
import type { Font } from './scene.js';

/** The script of a text: `cjk` where it has any Chinese character. */
function scriptOf(text: string): Font['script'] {
  return /[\u2e80-\u9fff\uff00-\uffef]/.test(text) ? 'cjk' : 'latin';
}

/** A font for a text: one with Chinese characters where the text has any. */
export function fontFor(text: string, random: Random, size: number): Font {
  return { script: scriptOf(text), face: random.integer(0, 999), size };
}

/** The same typeface in another size, or for text of another script. */
export function resized(font: Font, size: number, text?: string): Font {
  return { ...font, script: text === undefined ? font.script : scriptOf(text), size };
}
