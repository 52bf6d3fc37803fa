/** Points of a PDF in an inch. */
const POINTS = 72;

/**
 * Pixels of a page of so many points: at `dpi`, or fewer where that would be more than `maxPixels`. Undefined for a page without
 * an area, which is one that is not there.
 */
export function pixelSize(
  widthPoints: number,
  heightPoints: number,
  { dpi, maxPixels }: { readonly dpi: number; readonly maxPixels: number },
): { readonly width: number; readonly height: number } | undefined {
  if (!(widthPoints > 0 && heightPoints > 0)) return undefined;
  const wanted = dpi / POINTS;
  const scale = Math.min(wanted, Math.sqrt(maxPixels / (widthPoints * heightPoints)));
  const side = (points: number) => Math.min(maxPixels, Math.max(1, Math.floor(points * scale)));
  const [width, height] = [side(widthPoints), side(heightPoints)];
  // A strip that is a pixel high may still be too long.
  return { width: Math.min(width, Math.floor(maxPixels / height)), height };
}
