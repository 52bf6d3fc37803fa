import { whole } from './whole.js';

/**
 * Most tiles per image when several share a budget: `max(1, floor(maxTiles / images))`.
 *
 * @throws `invalid-option` for counts below 1.
 * @see `multi_modal_multi_image_get_item` in OpenGVLab/InternVL `internvl_chat/internvl/train/internvl_chat_finetune.py`.
 */
export function tilesPerImage(
  images: number,
  { maxTiles = 12 }: { readonly maxTiles?: number } = {},
): number {
  return Math.max(1, Math.floor(whole('maxTiles', maxTiles) / whole('images', images)));
}

/**
 * Most tiles per page of a document: `max(1, min(18, floor(64 / pages)))`.
 *
 * @throws `invalid-option` for counts below 1.
 * @see OpenGVLab/InternVL `internvl_chat/eval/mpdocvqa`.
 */
export function tilesPerPage(
  pages: number,
  { maxTiles = 18, total = 64 }: { readonly maxTiles?: number; readonly total?: number } = {},
): number {
  const share = Math.floor(whole('total', total) / whole('pages', pages));
  return Math.max(1, Math.min(whole('maxTiles', maxTiles), share));
}
