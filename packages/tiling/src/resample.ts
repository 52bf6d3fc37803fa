import { axis } from './axis.js';
import { channelsOf, type ImageSize, type RgbImage } from './image.js';
import type { Kernel } from './kernel.js';
import type { Box } from './plan.js';

/** Output lines made between two yields; bounds what is held of the image to about that many lines and their taps. */
const stripLines = 32;

/**
 * Cuts `region` out of `image` as resized to `size`, without ever making the resized image: the horizontal pass runs
 * over the columns of the region alone, a strip of lines at a time.
 *
 * A generator so that a caller may pause: after each strip it yields the multiplications that the strip took, at the
 * end it returns RGB bytes `[region.height, region.width, 3]`. The kernel's memory holds one strip.
 *
 * @throws what {@link channelsOf} throws, at the first step.
 * @see `ImagingResample` in Pillow's `src/libImaging/Resample.c`: horizontal pass first, its result as uint8.
 */
export function* resample(
  kernel: Kernel,
  image: RgbImage,
  size: ImageSize,
  region: Box,
): Generator<number, Uint8Array<ArrayBuffer>, undefined> {
  const channels = channelsOf(image);
  const columns = axis(image.width, size.width, region.x, region.width, channels);
  const lines = axis(image.height, size.height, region.y, region.height, 1);
  const left = columns.starts[0]!;
  const right = columns.ends[region.width - 1]!;
  const stride = (region.width * 3 + 7) & ~7;

  let windowLines = 0;
  for (let y = 0; y < region.height; y += stripLines) {
    const last = Math.min(region.height, y + stripLines) - 1;
    windowLines = Math.max(windowLines, lines.ends[last]! - lines.starts[y]!);
  }

  // Swizzle mask, both tables, one output line, one source line, the window. Past a line's and the window's end lie
  // bytes that only coefficients of 0 meet.
  const columnTable = 16;
  const lineTable = columnTable + columns.table.byteLength;
  const out = lineTable + lines.table.byteLength;
  const line = out + stride + 16;
  const window = line + (((right - left + 2 * columns.pairs) * channels + 23) & ~7);
  const memory = kernel.memory(window + (windowLines + 2 * lines.pairs) * stride + 16);
  const second = channels;
  memory.set([0, 255, second, 255, 1, 255, second + 1, 255, 2, 255, second + 2, 255, 255, 255, 255, 255]);
  memory.set(new Uint8Array(columns.table.buffer), columnTable);
  memory.set(new Uint8Array(lines.table.buffer), lineTable);

  const result = new Uint8Array(region.width * region.height * 3);
  const record = 4 + 8 * lines.pairs;
  let top = lines.starts[0]!;
  let filled = top;
  for (let y = 0; y < region.height; y += stripLines) {
    const end = Math.min(region.height, y + stripLines);
    const start = lines.starts[y]!;
    memory.copyWithin(window, window + (start - top) * stride, window + (filled - top) * stride);
    top = start;
    const before = filled;
    for (; filled < lines.ends[end - 1]!; filled++) {
      const at = filled * image.width;
      memory.set(image.data.subarray((at + left) * channels, (at + right) * channels), line);
      const target = window + (filled - top) * stride;
      kernel.horizontal(line, columnTable, target, region.width, columns.pairs, 2 * channels);
    }
    for (let row = y; row < end; row++) {
      const from = window + (lines.starts[row]! - top) * stride;
      kernel.vertical(from, lineTable + row * record + 4, out, region.width * 3, lines.pairs, stride);
      result.set(memory.subarray(out, out + region.width * 3), row * region.width * 3);
    }
    yield ((filled - before) * columns.pairs + (end - y) * lines.pairs) * region.width * 6;
  }
  return result;
}

/** Runs {@link resample} to its end without a pause. */
export function resampleNow(kernel: Kernel, image: RgbImage, size: ImageSize, region: Box) {
  const steps = resample(kernel, image, size, region);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}
