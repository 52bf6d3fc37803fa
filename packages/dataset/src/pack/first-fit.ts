import { joinItems } from './join-items.js';
import type { Pack, PackItem } from './pack-item.js';
import { checkedPackOptions, type PackOptions } from './pack-options.js';

interface OpenPack {
  items: PackItem[];
  tokens: number;
  tiles: number;
}

/**
 * Packs as the reference does: open packs are kept by tiles, most first; a sample goes into the first one it fits, else a new one; what is
 * exactly full by tokens or tiles goes out, and past `openPacks` the one with most tiles does. Samples without images count one tile, the
 * blank one they are trained with.
 *
 * Source: `PackedDataset` in `internvl/train/dataset_packed.py` of OpenGVLab/InternVL (2410d1d), without its overflow, which cuts samples
 * and drops what is left of them.
 *
 * @throws `sample-too-large`, `invalid-option`; `signal.reason`
 */
export async function* packFirstFit(
  items: AsyncIterable<PackItem> | Iterable<PackItem>,
  options: PackOptions = {},
): AsyncGenerator<Pack, void, undefined> {
  const { maxTokens, maxTiles, openPacks, lossReduction, fits } = checkedPackOptions(options);
  const open: OpenPack[] = [];
  const close = (pack: OpenPack): Pack => joinItems(pack.items, lossReduction);
  for await (const item of items) {
    options.signal?.throwIfAborted();
    if (!fits(item)) continue;
    const tiles = Math.max(item.tiles, 1);
    const tokens = item.ids.length;
    const found = open.findIndex(
      (pack) => pack.tiles + tiles <= maxTiles && pack.tokens + tokens <= maxTokens,
    );
    const pack = found < 0 ? { items: [], tokens: 0, tiles: 0 } : open.splice(found, 1)[0]!;
    pack.items.push(item);
    pack.tokens += tokens;
    pack.tiles += tiles;
    if (pack.tokens === maxTokens) {
      yield close(pack);
    } else {
      const place = open.findIndex((other) => other.tiles < pack.tiles);
      open.splice(place < 0 ? open.length : place, 0, pack);
    }
    while (open.length > 0 && (open[0]!.tiles === maxTiles || open.length > openPacks))
      yield close(open.shift()!);
  }
  for (const pack of open) yield close(pack);
}
