import { axis } from './axis.js';
import { channelsOf, type ImageSize, type RgbImage } from './image.js';
import type { Kernel } from './kernel.js';
import type { Box } from './plan.js';

/**
 * Which pass comes first, which shows in single levels because bytes are rounded between the passes. Pillow 13 takes
 * the vertical one when the height shrinks by more than twice as many pixels as the width; Pillow before 12.1 always
 * the horizontal one.
 */
export type PassOrder = 'pillow-13' | 'horizontal-first';

/** Lines of the image that are held at once, beside those that the filter reaches over. */
const heldLines = 256;

function isVerticalFirst(image: ImageSize, size: ImageSize): boolean {
  const shrinks = image.height - size.height;
  return shrinks > 0 && shrinks > 2 * (image.width - size.width);
}

/**
 * Cuts `region` out of `image` as resized to `size`, without ever making the resized image: only the columns that the
 * region reads are touched, a strip of lines at a time.
 *
 * A generator so that a caller may pause: after each strip it yields the multiplications that the strip took, at the
 * end it returns RGB bytes `[region.height, region.width, 3]`. The kernel's memory holds one strip.
 *
 * @throws what {@link channelsOf} throws, at the first step.
 * @see `ImagingResampleInner` in Pillow's `src/libImaging/Resample.c`; between the passes lie uint8.
 */
export function* resample(
  kernel: Kernel,
  image: RgbImage,
  size: ImageSize,
  region: Box,
  order: PassOrder = 'pillow-13',
): Generator<number, Uint8Array<ArrayBuffer>, undefined> {
  const channels = channelsOf(image);
  const columns = axis(image.width, size.width, region.x, region.width, channels);
  const lines = axis(image.height, size.height, region.y, region.height, 1);
  const verticalFirst = order === 'pillow-13' && isVerticalFirst(image, size);
  const left = columns.starts[0]!;
  const right = columns.ends[region.width - 1]!;
  const lineBytes = (right - left) * channels;
  const outBytes = region.width * 3;
  const stride = ((verticalFirst ? lineBytes : outBytes) + 7) & ~7;
  const scale = image.height / size.height;
  // Output lines between two yields, and no fewer lines than they read.
  const strip = Math.max(1, Math.min(32, Math.floor(heldLines / scale)));
  const windowLines = Math.ceil(strip * scale) + 4 * lines.pairs + 2;

  // Swizzle mask, both tables, one output line, one line of the image, the window. Behind the lines lie bytes that
  // only coefficients of 0 meet.
  const columnTable = 16;
  const lineTable = columnTable + columns.table.byteLength;
  const out = lineTable + lines.table.byteLength;
  const line = out + outBytes + 16;
  const window = line + lineBytes + 2 * columns.pairs * channels + 16;
  const memory = kernel.memory(window + windowLines * stride + 16);
  memory.set([
    0,
    255,
    channels,
    255,
    1,
    255,
    channels + 1,
    255,
    2,
    255,
    channels + 2,
    255,
    255,
    255,
    255,
    255,
  ]);
  memory.set(new Uint8Array(columns.table.buffer), columnTable);
  memory.set(new Uint8Array(lines.table.buffer), lineTable);
  const horizontal = (from: number, to: number) =>
    kernel.horizontal(from, columnTable, to, region.width, columns.pairs, 2 * channels);

  const result = new Uint8Array(region.height * outBytes);
  const record = 4 + 8 * lines.pairs;
  let top = lines.starts[0]!;
  let filled = top;
  for (let y = 0; y < region.height; y += strip) {
    const end = Math.min(region.height, y + strip);
    const start = lines.starts[y]!;
    memory.copyWithin(window, window + (start - top) * stride, window + (filled - top) * stride);
    top = start;
    const before = filled;
    for (; filled < lines.ends[end - 1]!; filled++) {
      const at = (filled * image.width + left) * channels;
      const target = window + (filled - top) * stride;
      memory.set(image.data.subarray(at, at + lineBytes), verticalFirst ? target : line);
      if (!verticalFirst) horizontal(line, target);
    }
    for (let row = y; row < end; row++) {
      const from = window + (lines.starts[row]! - top) * stride;
      const taps = lineTable + row * record + 4;
      kernel.vertical(
        from,
        taps,
        verticalFirst ? line : out,
        verticalFirst ? lineBytes : outBytes,
        lines.pairs,
        stride,
      );
      if (verticalFirst) horizontal(line, out);
      result.set(memory.subarray(out, out + outBytes), row * outBytes);
    }
    const across = (verticalFirst ? end - y : filled - before) * outBytes * columns.pairs;
    yield 2 * (across + (end - y) * stride * lines.pairs);
  }
  return result;
}

/** Runs {@link resample} to its end without a pause. */
export function resampleNow(
  kernel: Kernel,
  image: RgbImage,
  size: ImageSize,
  region: Box,
  order?: PassOrder,
) {
  const steps = resample(kernel, image, size, region, order);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}
