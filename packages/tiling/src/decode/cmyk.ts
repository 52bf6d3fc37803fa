/**
 * CMYK to RGB by Pillow's plain formula: `max(0, (255 − K) − C · (255 − K) / 255)` in its rounding.
 *
 * @param cmyk `[pixels, 4]`, 255 being full ink.
 * @returns RGB `[pixels, 3]`.
 * @see `cmyk2rgb` in Pillow's `src/libImaging/Convert.c`.
 */
export function cmykToRgb(cmyk: Uint8Array): Uint8Array {
  const pixels = cmyk.length / 4;
  const rgb = new Uint8Array(pixels * 3);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const light = 255 - cmyk[pixel * 4 + 3]!;
    for (let channel = 0; channel < 3; channel++) {
      const product = cmyk[pixel * 4 + channel]! * light + 128;
      rgb[pixel * 3 + channel] = Math.max(0, light - (((product >> 8) + product) >> 8));
    }
  }
  return rgb;
}
