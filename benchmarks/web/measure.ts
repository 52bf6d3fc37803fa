import { type Answer, type Chat, finishedAnswer } from '@internvl/chat';
import type { Run } from './timed-backend.js';

/** What one model does on one backend. Speeds are those of the best answer: other programs only ever slow one down. */
export interface Measured {
  readonly backend: string;
  readonly precision: string;
  readonly visionMsPerTile: number;
  readonly prefillTokensPerSecond: number;
  readonly tokensPerSecond: number;
  /** Median over all tokens: time of one outside of the runtime: sampling, cache, text, messages. */
  readonly overheadMsPerToken: number;
  /** Tensors that went to the runtime and came back, for one token; medians. */
  readonly uploadsPerToken: number;
  readonly downloadsPerToken: number;
  readonly texts: readonly string[];
}

export interface MeasureOptions {
  /** Encoded images; the first one warms up. Each is new to the model, so that none is answered from a cache. */
  readonly images: readonly Uint8Array[];
  readonly question: string;
  readonly maxTiles: number;
  readonly maxNewTokens: number;
  /** Takes the runs since the last call. */
  readonly takeRuns: () => Promise<readonly Run[]>;
}

export async function measure(chat: Chat, options: MeasureOptions): Promise<Measured> {
  const { images, question, maxTiles, maxNewTokens, takeRuns } = options;
  const answers: Answer[] = [];
  const vision: number[] = [];
  const rates: number[] = [];
  const tokens: Token[] = [];
  for (const [index, image] of images.entries()) {
    const parts = [
      { type: 'image' as const, image },
      { type: 'text' as const, text: question },
    ];
    await takeRuns();
    const answer = await finishedAnswer(
      chat.answer([{ role: 'user', parts }], { maxTiles, maxNewTokens, keepGrounding: true }),
    );
    const runs = await takeRuns();
    if (index === 0) continue;
    answers.push(answer);
    const seen = runs.filter(({ output }) => output === 'last_hidden_state' || output === 'visual_tokens');
    const tiles = answer.tiles.reduce((sum, image) => sum + image.tiles, 0);
    vision.push(seen.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0) / tiles);
    const own = tokensOf(
      runs.filter((run) => !seen.includes(run)),
      answer.usage.outputTokens,
    );
    tokens.push(...own);
    rates.push(1000 / median(own.map(({ wholeMs }) => wholeMs)));
  }
  const [{ backend, precision }] = answers as [Answer];
  return {
    backend,
    precision,
    visionMsPerTile: Math.min(...vision),
    prefillTokensPerSecond: Math.max(
      ...answers.map(({ usage, timings }) => (usage.inputTokens / timings.prefillMs) * 1000),
    ),
    tokensPerSecond: Math.max(...rates.filter(Number.isFinite)),
    overheadMsPerToken: median(tokens.map(({ overheadMs }) => overheadMs)),
    uploadsPerToken: median(tokens.map(({ uploads }) => uploads)),
    downloadsPerToken: median(tokens.map(({ downloads }) => downloads)),
    texts: answers.map(({ text }) => text),
  };
}

interface Token {
  readonly wholeMs: number;
  readonly overheadMs: number;
  readonly uploads: number;
  readonly downloads: number;
}

/** The steps at the end of an answer: each from the end of one decoder run to the end of the next. */
function tokensOf(runs: readonly Run[], outputTokens: number): Token[] {
  const ends = runs.flatMap(({ output }, index) => (output === 'inputs_embeds' ? [] : [index]));
  // The last token needs no run; the first comes from the prefill.
  return ends.slice(-(outputTokens - 1)).flatMap((end, at, steps) => {
    const before = at === 0 ? undefined : steps[at - 1];
    if (before === undefined) return [];
    const own = runs.slice(before + 1, end + 1);
    const wholeMs = runs[end]!.endMs - runs[before]!.endMs;
    const inside = own.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
    return [
      {
        wholeMs,
        overheadMs: wholeMs - inside,
        uploads: own.reduce((sum, { uploads }) => sum + uploads, 0),
        downloads: own.reduce((sum, { downloads }) => sum + downloads, 0),
      },
    ];
  });
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
