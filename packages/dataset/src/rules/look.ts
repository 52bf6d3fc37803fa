import type { ImageSize } from '@internvl/tiling';
import type { JsonObject } from '../sample/json.js';
import { type BudgetOptions, costOf, describeCost } from './budget.js';
import type { NamedImage, NamedImages } from './check-images.js';
import { excerptAt, type FindingSink } from './finding.js';
import type { ImageInspection, ImageInspector } from './image-port.js';

/** What was seen in image files, by path. */
export type Inspections = ReadonlyMap<string, ImageInspection>;

/**
 * Looks at each path, those that cannot be told at once some at a time.
 *
 * @param remembered gets what took time to find out; what is told at once costs little to ask for again
 */
export async function inspectAll(
  paths: ReadonlySet<string>,
  inspector: ImageInspector,
  concurrency: number,
  signal: AbortSignal | undefined,
  remembered: Map<string, ImageInspection>,
): Promise<Inspections> {
  const found = new Map<string, ImageInspection>();
  let waiting: Promise<void>[] = [];
  for (const path of paths) {
    const seen = inspector.inspect(path, signal);
    if (!(seen instanceof Promise)) {
      found.set(path, seen);
      continue;
    }
    waiting.push(
      seen.then((inspection) => {
        found.set(path, inspection);
        remembered.set(path, inspection);
      }),
    );
    if (waiting.length < concurrency) continue;
    await Promise.all(waiting);
    waiting = [];
  }
  await Promise.all(waiting);
  return found;
}

/** What image files say about a row. @returns sizes as far as they are known */
export function lookAtImages(
  { images, list }: NamedImages,
  inspections: Inspections,
  sink: FindingSink,
): readonly (ImageSize | undefined)[] {
  return images.map((image, index) => {
    const seen = inspections.get(image.path);
    for (const { code, message, facts } of seen?.remarks ?? []) {
      sink.add(code, image.pointer, message, excerptAt(image.path), facts);
    }
    if (seen?.size !== undefined) checkDeclared(image, seen.size, list ? `/${index}` : undefined, sink);
    return seen?.size ?? declared(image);
  });
}

function declared({ width, height }: NamedImage): ImageSize | undefined {
  return width === undefined || height === undefined ? undefined : { width, height };
}

function checkDeclared(
  image: NamedImage,
  size: ImageSize,
  item: string | undefined,
  sink: FindingSink,
): void {
  const wide = image.width === undefined || image.width === size.width;
  const high = image.height === undefined || image.height === size.height;
  if (wide && high) return;
  const field = wide ? 'height' : 'width';
  sink.add(
    'image-size-differs',
    item === undefined ? `/${field}` : `/${field}_list${item}`,
    `Expected the size of the file, ${size.width} × ${size.height}, got ${image.width ?? '?'} × ${image.height ?? '?'}.`,
    excerptAt(image.path),
    { width: size.width, height: size.height },
  );
}

/** Whether a row fits into the sequence. */
export function checkBudget(
  row: JsonObject,
  named: NamedImages,
  sizes: readonly (ImageSize | undefined)[],
  line: number,
  budget: BudgetOptions,
  sink: FindingSink,
): void {
  const known = sizes.filter((size) => size !== undefined);
  if (named.videos > 0 || known.length < sizes.length) {
    const what = named.videos > 0 ? 'the number of frames of a video' : 'the size of an image';
    sink.add('budget-unknown', '', `Expected ${what} to count tokens with, it is not known.`, '');
    return;
  }
  const { maxTokens = 4096 } = budget;
  const cost = costOf(row, known, budget);
  if (cost.total <= maxTokens) return;
  sink.add('over-budget', '', `row ${line}: ${describeCost(cost)} of ${maxTokens}`, '', {
    ...cost,
    maxTokens,
  });
}
