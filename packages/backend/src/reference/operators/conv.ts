import { multiplyTransposed } from '../multiply.js';
import type { Inputs, Operator } from '../operator.js';
import { float32, type Value } from '../value.js';

/** Sizes of a two-dimensional convolution. */
interface Window {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly padTop: number;
  readonly padLeft: number;
  readonly rows: number;
  readonly columns: number;
}

/** Convolution of `[batch, C, H, W]` with `[filters, C, h, w]`: each window becomes a row, the rest is a product. */
export const conv: Operator = (attributes) => {
  attributes.only('group', 1);
  attributes.only('auto_pad', 'NOTSET');
  const {
    dilations = [1, 1],
    strides = [1, 1],
    pads = [0, 0, 0, 0],
  } = {
    dilations: attributes.ints('dilations'),
    strides: attributes.ints('strides'),
    pads: attributes.ints('pads'),
  };
  if (dilations.some((step) => step !== 1))
    throw attributes.unsupported('dilations of 1', dilations.join(', '));
  const [strideY = 1, strideX = 1] = strides;
  const [padTop = 0, padLeft = 0, padBottom = 0, padRight = 0] = pads;
  return (inputs) => {
    const images = inputs.float32(0);
    const filters = inputs.float32(1);
    const bias = inputs.optional(2) && inputs.float32(2).data;
    const [batch, channels, height, width] = planes(inputs, images);
    const [count, filterChannels, kernelHeight, kernelWidth] = planes(inputs, filters);
    if (channels !== filterChannels) throw inputs.failure(`${filterChannels} channels`, String(channels));
    const rows = Math.floor((height + padTop + padBottom - kernelHeight) / strideY) + 1;
    const columns = Math.floor((width + padLeft + padRight - kernelWidth) / strideX) + 1;
    const sizes = { channels, height, width, kernelHeight, kernelWidth };
    const window = { ...sizes, strideY, strideX, padTop, padLeft, rows, columns };
    const places = rows * columns;
    const out = new Float32Array(batch * count * places);
    for (let image = 0; image < batch; image++) {
      const plane = channels * height * width;
      const windows = gatherWindows(images.data.subarray(image * plane, (image + 1) * plane), window);
      const products = multiplyTransposed(windows, filters.data, places, windows.length / places, count);
      for (let filter = 0; filter < count; filter++) {
        const start = (image * count + filter) * places;
        for (let i = 0; i < places; i++)
          out[start + i] = products[i * count + filter]! + (bias?.[filter] ?? 0);
      }
    }
    return [float32([batch, count, rows, columns], out)];
  };
};

function planes(inputs: Inputs, { dims }: Value): [number, number, number, number] {
  const [batch, channels, height, width, ...rest] = dims;
  if (
    batch === undefined ||
    channels === undefined ||
    height === undefined ||
    width === undefined ||
    rest.length
  ) {
    throw inputs.failure('four axes', `[${dims.join(', ')}]`);
  }
  return [batch, channels, height, width];
}

/** The window under each place, as a row of `channels * kernelHeight * kernelWidth`; 0 outside the image. */
function gatherWindows(image: Float32Array, window: Window): Float32Array {
  const { channels, height, width, kernelHeight, kernelWidth, rows, columns } = window;
  const windows = new Float32Array(rows * columns * channels * kernelHeight * kernelWidth);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (let channel = 0; channel < channels; channel++) {
        for (let dy = 0; dy < kernelHeight; dy++) {
          const y = row * window.strideY + dy - window.padTop;
          for (let dx = 0; dx < kernelWidth; dx++, at++) {
            const x = column * window.strideX + dx - window.padLeft;
            if (y < 0 || y >= height || x < 0 || x >= width) continue;
            windows[at] = image[(channel * height + y) * width + x]!;
          }
        }
      }
    }
  }
  return windows;
}
