import type { Chat } from '@internvl/chat';
import { median } from '../tokenizer/median.js';
import { askScenes, type Outcome } from './ask-scenes.js';
import { countOf } from './interval.js';
import type { Scene } from './scenes.js';

/** Tile limits whose grids on a square page of 480 px are squares of exactly that many tiles. */
export const limits = [1, 4, 9, 16, 25, 36] as const;

/** `'1 tile'`, `'9 tiles'`. */
export function tilesName(limit: number): string {
  return limit === 1 ? '1 tile' : `${limit} tiles`;
}

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
    const outcomes = new Map<number, Outcome[]>(limits.map((limit) => [limit, []]));
    for (const page of own) {
      const fields = { ...page, questions: page.questions.filter(({ task }) => task === 'field') };
      for (const limit of limits) {
        outcomes.get(limit)?.push(...(await askScenes(chat, [fields], { maxTiles: limit })));
      }
    }
    for (const [limit, each] of outcomes) {
      points.push({
        font,
        limit,
        ...countOf(each),
        tokens: median(each.map(({ inputTokens }) => inputTokens)),
        ms: median(each.flatMap(({ firstMs }) => firstMs ?? [])),
      });
    }
  }
  return points;
}
