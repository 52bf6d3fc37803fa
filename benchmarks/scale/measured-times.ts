/** Times of one run, seconds, and what they were for. */
export interface MeasuredTimes {
  readonly tiles: number;
  readonly visionSeconds: number;
  readonly promptTokens: number;
  readonly prefillSeconds: number;
  readonly decodedTokens: number;
  readonly decodeSeconds: number;
}

const row =
  /load from the cache and answer[^|]*\| [\d.]+ s \| [\d.]+ s \| ([\d.]+) s \| (\d+) in ([\d.]+) s \| (\d+) in ([\d.]+) s/;

/** The first measured answer in the text of docs/performance.md, InternVL2-1B on two cores. */
export function measuredTimes(text: string): MeasuredTimes {
  const tiles = /(\d+) tiles, fp32/.exec(text)?.[1];
  const numbers = row.exec(text)?.slice(1).map(Number);
  if (tiles === undefined || numbers === undefined)
    throw new Error('no measured answer in docs/performance.md');
  const [visionSeconds, promptTokens, prefillSeconds, decodedTokens, decodeSeconds] = numbers;
  return {
    tiles: Number(tiles),
    visionSeconds: visionSeconds!,
    promptTokens: promptTokens!,
    prefillSeconds: prefillSeconds!,
    decodedTokens: decodedTokens!,
    decodeSeconds: decodeSeconds!,
  };
}
