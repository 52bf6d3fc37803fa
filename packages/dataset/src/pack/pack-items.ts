import { type ImageSize, type PlanOptions, planTiles, tilesPerImage } from '@internvl/tiling';
import { labelSample } from '../labels/label-sample.js';
import { type BudgetOptions, tokensPerTileOf } from '../rules/budget.js';
import type { ImageRef, Sample } from '../sample/sample.js';
import type { PackItem } from './pack-item.js';

export interface PackItemsOptions extends Pick<BudgetOptions, 'tokenizer' | 'template' | 'plan'> {
  /** Size of an image that doesn't declare one, in pixels. */
  readonly sizeOf: (image: ImageRef) => Promise<ImageSize>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Samples as they are packed: tokenized, labelled, their tiles counted by the checkpoint's own rule; several images share the tile limit.
 *
 * @throws as `labelSample`; what `sizeOf` throws; `signal.reason`
 */
export async function* packItems(
  samples: AsyncIterable<Sample> | Iterable<Sample>,
  { tokenizer, template, plan = {}, sizeOf, signal }: PackItemsOptions,
): AsyncGenerator<PackItem, void, undefined> {
  const tokensPerTile = tokensPerTileOf(plan);
  for await (const sample of samples) {
    signal?.throwIfAborted();
    const tiles: number[] = [];
    for (const image of sample.images) {
      const { width, height } = image;
      const size = width !== undefined && height !== undefined ? { width, height } : await sizeOf(image);
      tiles.push(planTiles(size, shared(plan, sample.images.length)).tiles);
    }
    const { ids, labels } = labelSample(tokenizer, template, sample, { tokensPerTile, tiles });
    yield { id: sample.id, ids, labels, tiles: tiles.reduce((sum, count) => sum + count, 0) };
  }
}

/** The tile rule of one of several images: `max(1, floor(limit / images))`. */
function shared(plan: PlanOptions, images: number): PlanOptions {
  if (images < 2) return plan;
  const maxTiles = tilesPerImage(images, { maxTiles: plan.maxTiles ?? 12 });
  return { ...plan, maxTiles, minTiles: Math.min(plan.minTiles ?? 1, maxTiles) };
}
