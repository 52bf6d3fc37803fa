import { ignoredLabel } from '../labels/labelled-ids.js';
import { type LossReduction, lossWeight } from './loss-weight.js';
import type { Pack, PackItem } from './pack-item.js';

/** Samples one behind the other as one sequence; positions start anew in each. */
export function joinItems(items: readonly PackItem[], reduction: LossReduction): Pack {
  const ids: number[] = [];
  const labels: number[] = [];
  const positions: number[] = [];
  const sampleIndex: number[] = [];
  const lossWeights: number[] = [];
  const cuSeqlens = [0];
  for (const [index, item] of items.entries()) {
    const trained = item.labels.filter((label) => label !== ignoredLabel).length;
    const weight = lossWeight(reduction, trained);
    for (let at = 0; at < item.ids.length; at++) {
      const label = item.labels[at]!;
      ids.push(item.ids[at]!);
      labels.push(label);
      positions.push(at);
      sampleIndex.push(index);
      lossWeights.push(label === ignoredLabel ? 0 : weight);
    }
    cuSeqlens.push(ids.length);
  }
  return {
    samples: items.map(({ id }) => id),
    ids,
    labels,
    cuSeqlens,
    positions,
    sampleIndex,
    lossWeights,
    tiles: items.map(({ tiles }) => tiles),
  };
}
