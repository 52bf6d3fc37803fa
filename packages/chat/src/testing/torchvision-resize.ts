import type { RgbImage } from '@internvl/tiling';

/**
 * Bicubic resize of bytes as torchvision does it: Pillow's filter and two passes, but weights of 16 bits. The records of
 * native checkpoints hold vision tensors of images resized like this, while their answers are of images that Pillow
 * resized.
 *
 * Source: `upsample_avx_bilinear_bicubic_uint8` in pytorch/pytorch.
 */
export function torchvisionResize(image: RgbImage, width: number, height: number): RgbImage {
  const channels = image.data.length / image.width / image.height;
  const rgb = Uint8Array.from({ length: image.width * image.height * 3 }, (_, index) => {
    return image.data[Math.floor(index / 3) * channels + (index % 3)]!;
  });
  const wide = width === image.width ? rgb : pass(rgb, image.height, image.width, width, image.width * 3);
  if (height === image.height) return { data: wide, width, height };
  return {
    data: turned(
      pass(turned(wide, width, image.height), width, image.height, height, image.height * 3),
      height,
      width,
    ),
    width,
    height,
  };
}

/** Resizes each of `lines` lines from `from` to `to` pixels. */
function pass(data: Uint8Array, lines: number, from: number, to: number, stride: number): Uint8Array {
  const channels = 3;
  const scale = from / to;
  const support = scale >= 1 ? 2 * scale : 2;
  const inverse = scale >= 1 ? 1 / scale : 1;
  const rows = Array.from({ length: to }, (_, index) => {
    const centre = scale * (index + 0.5);
    const first = Math.max(Math.trunc(centre - support + 0.5), 0);
    const count = Math.min(Math.trunc(centre + support + 0.5), from) - first;
    const weights = Array.from({ length: count }, (_, at) => filter((at + first - centre + 0.5) * inverse));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { first, weights: weights.map((weight) => weight / total) };
  });
  const largest = Math.max(...rows.flatMap(({ weights }) => weights));
  let bits = 0;
  while (bits < 22 && Math.trunc(0.5 + largest * 2 ** (bits + 1)) < 2 ** 15) bits++;
  const result = new Uint8Array(lines * to * channels);
  for (const [index, { first, weights }] of rows.entries()) {
    const whole = weights.map((weight) => Math.trunc(weight * 2 ** bits + (weight < 0 ? -0.5 : 0.5)));
    for (let line = 0; line < lines; line++) {
      for (let channel = 0; channel < channels; channel++) {
        let sum = 2 ** (bits - 1);
        whole.forEach((weight, at) => {
          sum += weight * data[line * stride + (first + at) * channels + channel]!;
        });
        result[(line * to + index) * channels + channel] = Math.min(
          Math.max(Math.floor(sum / 2 ** bits), 0),
          255,
        );
      }
    }
  }
  return result;
}

function filter(at: number): number {
  const x = Math.abs(at);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  if (x < 2) return ((-0.5 * x + 2.5) * x - 4) * x + 2;
  return 0;
}

/** Lines become columns: `[height, width, 3]` to `[width, height, 3]`. */
function turned(data: Uint8Array, width: number, height: number): Uint8Array {
  const result = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 3; channel++) {
        result[(x * height + y) * 3 + channel] = data[(y * width + x) * 3 + channel]!;
      }
    }
  }
  return result;
}
