import { ignoredLabel } from '../labels/labelled-ids.js';
import type { Pack } from './pack-item.js';
import type { PackLimits } from './pack-options.js';

/** How well packs are filled. */
export interface PackStatistics {
  readonly packs: number;
  readonly samples: number;
  readonly tokens: number;
  readonly trainedTokens: number;
  readonly tiles: number;
  /** tokens / (packs × maxTokens), 0 … 1; 1 of no packs. */
  readonly tokenUtilisation: number;
  /** tiles / (packs × maxTiles), 0 … 1; 1 of no packs. */
  readonly tileUtilisation: number;
}

/** Counts packs as they pass. `statistics()` may be asked at any time. */
export function packCounter({ maxTokens, maxTiles }: PackLimits): {
  count(pack: Pack): void;
  statistics(): PackStatistics;
} {
  const sums = { packs: 0, samples: 0, tokens: 0, trainedTokens: 0, tiles: 0 };
  return {
    count({ samples, labels, tiles }) {
      sums.packs++;
      sums.samples += samples.length;
      sums.tokens += labels.length;
      for (const label of labels) if (label !== ignoredLabel) sums.trainedTokens++;
      for (const number of tiles) sums.tiles += number;
    },
    statistics: () => ({
      ...sums,
      tokenUtilisation: sums.packs === 0 ? 1 : sums.tokens / (sums.packs * maxTokens),
      tileUtilisation: sums.packs === 0 ? 1 : sums.tiles / (sums.packs * maxTiles),
    }),
  };
}
