import type { Chat } from '@internvl/chat';
import { askScenes } from './ask-scenes.js';
import type { Scene } from './scenes.js';

/** Tile limits whose grids on a square page of 480 px are squares of exactly that many tiles. */
export const limits = [1, 4, 9, 16, 25, 36] as const;

/** Fields read off pages of one font size under one tile limit. */
export interface ResolutionPoint {
  /** Pixels, in the page as it is drawn. */
  readonly font: number;
  readonly limit: number;
  readonly right: number;
  readonly asked: number;
  /** Tokens of the prompt, the median. */
  readonly tokens: number;
  /** Milliseconds of the first answer about a page, the median. */
  readonly ms: number;
}

/**
 * InternVL 1.5's resolution study (section 4.3) in miniature: the same pages under rising tile limits. All limits are measured
 * page by page, so that their times belong to one run.
 */
export async function resolutionStudy(
  chat: Chat,
  pages: readonly Scene[],
): Promise<readonly ResolutionPoint[]> {
  const fonts = [...new Set(pages.map(({ font }) => font ?? 0))];
  const points: ResolutionPoint[] = [];
  for (const font of fonts) {
    const own = pages.filter((page) => page.font === font);
    const outcomes = new Map(
      limits.map((limit) => [limit, [] as Awaited<ReturnType<typeof askScenes>>[number][]]),
    );
    for (const page of own) {
      const fields = { ...page, questions: page.questions.filter(({ task }) => task === 'field') };
      for (const limit of limits) {
        outcomes.get(limit)?.push(...(await askScenes(chat, [fields], { maxTiles: limit })));
      }
    }
    for (const [limit, each] of outcomes) {
      const times = each.flatMap(({ firstMs }) => firstMs ?? []).sort((a, b) => a - b);
      const tokens = each.map(({ inputTokens }) => inputTokens).sort((a, b) => a - b);
      points.push({
        font,
        limit,
        right: each.filter(({ right }) => right).length,
        asked: each.length,
        tokens: tokens[tokens.length >> 1] ?? 0,
        ms: times[times.length >> 1] ?? 0,
      });
    }
  }
  return points;
}
