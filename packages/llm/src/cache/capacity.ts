/**
 * Tokens of room to make when `tokens` are needed: the next multiple of 512, from 2048 on of 1024. Steps keep the
 * copies rare and the part that a runtime clears for nothing small.
 */
export function capacityFor(tokens: number): number {
  const step = tokens <= 2048 ? 512 : 1024;
  return Math.ceil(tokens / step) * step;
}
