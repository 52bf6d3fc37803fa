import { joinItems } from './join-items.js';
import type { Pack, PackItem } from './pack-item.js';
import { checkedPackOptions, type PackOptions } from './pack-options.js';

export interface BestFitOptions extends PackOptions {
  /** Samples that are looked at together: 512. More give fuller packs and wander farther from the order given. */
  readonly lookAhead?: number | undefined;
}

interface OpenPack {
  readonly items: PackItem[];
  tokens: number;
  tiles: number;
}

/**
 * Packs tighter than `packFirstFit`: of the next samples the largest goes first, into the pack it leaves least room in; the fullest packs go
 * out, and up to `openPacks` others wait for the samples that follow. The order is the same on every run.
 *
 * @throws `sample-too-large`, `invalid-option`; `signal.reason`
 */
export async function* packBestFit(
  items: AsyncIterable<PackItem> | Iterable<PackItem>,
  options: BestFitOptions = {},
): AsyncGenerator<Pack, void, undefined> {
  const { lookAhead = 512, signal } = options;
  const { maxTokens, maxTiles, openPacks, lossReduction, fits } = checkedPackOptions({ ...options });
  /** How full it is, by what it has most of. */
  const share = ({ tokens, tiles }: { tokens: number; tiles: number }): number =>
    Math.max(tokens / maxTokens, tiles / maxTiles);
  const close = (pack: OpenPack): Pack => joinItems(pack.items, lossReduction);
  let open: OpenPack[] = [];
  let window: PackItem[] = [];

  const place = (item: PackItem): void => {
    const tokens = item.ids.length;
    const tiles = Math.max(item.tiles, 1);
    let best: OpenPack | undefined;
    let bestShare = -1;
    for (const pack of open) {
      const after = { tokens: pack.tokens + tokens, tiles: pack.tiles + tiles };
      if (after.tokens > maxTokens || after.tiles > maxTiles || share(after) <= bestShare) continue;
      best = pack;
      bestShare = share(after);
    }
    if (!best) {
      best = { items: [], tokens: 0, tiles: 0 };
      open.push(best);
    }
    best.items.push(item);
    best.tokens += tokens;
    best.tiles += tiles;
  };
  const placeWindow = (): void => {
    const size = (item: PackItem): number =>
      share({ tokens: item.ids.length, tiles: Math.max(item.tiles, 1) });
    // Sorting is stable, so equal samples keep their order.
    for (const item of [...window].sort((a, b) => size(b) - size(a))) place(item);
    window = [];
    open.sort((a, b) => share(b) - share(a));
  };

  for await (const item of items) {
    signal?.throwIfAborted();
    if (!fits(item)) continue;
    window.push(item);
    if (window.length < lookAhead) continue;
    placeWindow();
    const full = open.slice(0, Math.max(0, open.length - openPacks));
    open = open.slice(full.length);
    for (const pack of full) yield close(pack);
  }
  placeWindow();
  for (const pack of open) yield close(pack);
}
