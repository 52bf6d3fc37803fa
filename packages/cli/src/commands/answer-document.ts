import type { Answer } from '@internvl/chat';

/** What `--json` gives for one answer. */
export function answerDocument(answer: Answer) {
  const { text, ids, finishReason, prompt, tiles, boxes, usage, timings, backend, precision } = answer;
  return { text, ids, finishReason, prompt, tiles, boxes, usage, timings, backend, precision };
}

/** `7 tiles · 1834 + 12 tokens · load 0.4 s · vision 1.2 s · prefill 0.8 s · 14.2 tokens/s · ort-node:cpu fp32`. */
export function timingLine({ tiles, usage, timings, backend, precision }: Answer): string {
  const seconds = (milliseconds: number) =>
    `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;
  const pieces = tiles.reduce((sum, image) => sum + image.tiles, 0);
  // The first new token comes out of the prefill: the others are what decoding made.
  const speed = timings.decodeMs > 0 ? ((usage.outputTokens - 1) / timings.decodeMs) * 1000 : 0;
  return [
    ...(pieces > 0 ? [`${pieces} ${pieces === 1 ? 'tile' : 'tiles'}`] : []),
    `${usage.inputTokens}${usage.cachedTokens > 0 ? ` (${usage.cachedTokens} cached)` : ''} + ${usage.outputTokens} tokens`,
    `load ${seconds(timings.loadMs)}`,
    ...(pieces > 0 ? [`vision ${seconds(timings.visionMs)}`] : []),
    `prefill ${seconds(timings.prefillMs)}`,
    ...(speed > 0 ? [`${speed.toFixed(1)} tokens/s`] : []),
    `${backend}, ${precision}`,
  ].join(' · ');
}
