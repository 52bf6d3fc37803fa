/**
 * How numbers in a box are meant.
 *
 * - `thousandths`: integers 0..1000 of the original image's width and height, x1 y1 x2 y2 (InternVL 2 and later)
 * - `fractions`: floats 0..1, x1 y1 x2 y2 (LLaVA, the 1.2 fine-tuning mixture)
 * - `pixels`: x1 y1 x2 y2 in pixels of the original image (Qwen2.5-VL)
 * - `pixels-xywh`: x, y, width, height in pixels (COCO)
 */
export type BoxConvention = 'thousandths' | 'fractions' | 'pixels' | 'pixels-xywh';
