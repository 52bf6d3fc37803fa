import type { PromptPart } from './prompt-spec.js';

/**
 * The text of the reference's examples around images, in front of a question: `<image>` and a newline for a single one,
 * `Image-1: <image>` lines for several. `first` is the number of the first image, for a conversation that has earlier ones.
 *
 * @param tiles tiles of each image, the thumbnail included
 */
export function imageLines(tiles: readonly number[], first = 1): PromptPart[] {
  const text = (line: string): PromptPart => ({ type: 'text', text: line });
  return tiles.flatMap((count, index) => {
    const label = tiles.length > 1 || first > 1 ? [text(`Image-${first + index}: `)] : [];
    return [...label, { type: 'image', tiles: count }, text('\n')];
  });
}
