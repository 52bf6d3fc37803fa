import { badRequest } from '../api-error.js';
import type { Fields } from '../openai/fields.js';

/** An image as a request names it; nothing of it is decoded or fetched yet. */
export interface ImageSource {
  /** `data:`, `http:` or `https:`. */
  readonly url: string;
  /** Where it stands in the request. */
  readonly param: string;
  /** Most tiles without the thumbnail; the checkpoint's own when undefined. */
  readonly maxTiles: number | undefined;
}

/** Most tiles for OpenAI's words; `auto` leaves it to the checkpoint. */
const TILES = { low: 6, medium: 12, high: 24, auto: undefined } as const;
const DETAILS = ['auto', 'low', 'medium', 'high'] as const;

/** Most that `max_dynamic_patch` may ask: InternVL was shown to hold up to 40. */
const MOST_TILES = 40;

/**
 * Reads `{ url, detail?, max_dynamic_patch? }`; the latter is LMDeploy's and wins.
 *
 * @throws 400
 */
export function imageSource(fields: Fields, urlName = 'url'): ImageSource {
  const url = fields.needText(urlName);
  const detail = fields.choice('detail', DETAILS) ?? 'auto';
  const maxTiles = fields.number('max_dynamic_patch', { least: 1, most: MOST_TILES, whole: true });
  const param = fields.at(urlName);
  if (!/^(?:data|https?):/i.test(url)) {
    throw badRequest(
      'invalid_image_url',
      param,
      `Expected ${param} as a data: or https: URL, got another address; send the image as data:image/jpeg;base64,….`,
    );
  }
  return { url, param, maxTiles: maxTiles ?? TILES[detail] };
}

/**
 * Reads `{ file_data, filename? }`, a PDF or an image as `data:` URL; in responses also `{ file_url }`.
 *
 * @throws 400
 */
export function fileSource(fields: Fields): ImageSource {
  fields.ignore('filename');
  if (fields.raw('file_id') !== undefined) {
    throw badRequest(
      'unsupported_parameter',
      fields.at('file_id'),
      `Expected no ${fields.at('file_id')}: this server stores no files; send ${fields.at('file_data')} as data:application/pdf;base64,….`,
    );
  }
  return imageSource(fields, fields.raw('file_url') === undefined ? 'file_data' : 'file_url');
}
