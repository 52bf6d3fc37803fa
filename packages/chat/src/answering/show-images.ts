import type { ChatModel } from '../chat-model.js';
import type { ImageTiled } from '../event.js';
import { placeholders } from '../images/placeholders.js';
import { type PlannedImage, planImages } from '../images/plan-images.js';
import type { AnswerOptions } from '../options.js';
import type { Turn } from '../turn.js';
import type { ShownImages } from './memory.js';

/**
 * Decodes and plans the images of a conversation that are not known yet, and returns all of them, one entry for each
 * placeholder.
 */
export async function* showImages(
  { config, decodeFile }: ChatModel,
  turns: readonly Turn[],
  known: readonly ShownImages[],
  options: AnswerOptions,
): AsyncGenerator<ImageTiled, readonly ShownImages[], void> {
  const wanted = placeholders(turns).slice(known.length);
  const firstIndex = known.reduce((images, { tiled }) => images + tiled.length, 0);
  const planned = new Map<unknown, PlannedImage[]>(wanted.map((placeholder) => [placeholder, []]));
  for await (const next of planImages(wanted, config, { ...options, decodeFile, firstIndex })) {
    planned.get(next.placeholder)?.push(next.planned);
    yield next.planned.tiled;
  }
  const shown = wanted.map((placeholder): ShownImages => {
    const images = planned.get(placeholder) ?? [];
    const tiled = images.map((image) => image.tiled);
    const tiles = tiled.reduce((sum, image) => sum + image.tiles, 0);
    return { placeholder, planned: images, tiled, tiles, tokens: [], names: [] };
  });
  return [...known, ...shown];
}
