import type { ImageInput } from '@internvl/chat';
import { isPdf, pdfPages } from '@internvl/tiling/pdf';
import { usageError } from '../options/usage-error.js';
import type { Surroundings } from '../terminal/surroundings.js';
import { imageBytes } from './image-bytes.js';

/** Pages of a PDF, 1 being the first, both ends included. */
export interface PageRange {
  readonly first: number;
  readonly last: number;
}

/** Reads `3` or `2-5`. @throws `usage` */
export function readPages(text: string): PageRange {
  const [, from, to = from] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(text.trim()) ?? [];
  const [first, last] = [Number(from), Number(to)];
  if (first >= 1 && last >= first) return { first, last };
  throw usageError(`Expected --pages as a number or two (2-5), got '${text}'; 1 is the first page.`, {
    option: 'pages',
    value: text,
  });
}

/**
 * The images at a place that the command line names: one, encoded, or the pages of a PDF.
 *
 * @throws the codes of `imageBytes`; of a PDF those of `pdfPages`, `decoder-missing` where nothing draws it here
 */
export async function imagesOf(
  source: string,
  from: Pick<Surroundings, 'stdin' | 'signal'> & { readonly pages?: PageRange | undefined },
): Promise<readonly ImageInput[]> {
  const bytes = await imageBytes(source, from);
  if (!isPdf(bytes)) return [bytes];
  const images: ImageInput[] = [];
  for await (const { image } of pdfPages(bytes, { ...from.pages, signal: from.signal })) images.push(image);
  return images;
}
