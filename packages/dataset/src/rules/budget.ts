import { type ImageSize, type PlanOptions, planTiles, tilesPerImage } from '@internvl/tiling';
import type { Tokenizer } from '@internvl/tokenizer';
import type { ConversationTemplate, PromptPart, PromptTurn } from '@internvl/tokenizer/templates';
import { labelConversation } from '../labels/label-conversation.js';
import { isJsonList, isJsonObject, type JsonObject } from '../sample/json.js';

/** What a row is counted with: the model's own tokenizer, template and tile rule. */
export interface BudgetOptions {
  readonly tokenizer: Tokenizer;
  readonly template: ConversationTemplate;
  /** Tile rule of the checkpoint; `ModelConfig` of `@internvl/checkpoint` may be passed as it is. */
  readonly plan?: PlanOptions | undefined;
  /** Length of the training sequence, tokens; 4096. */
  readonly maxTokens?: number | undefined;
}

/** What a row costs, in tokens. */
export interface RowCost {
  /** Tiles of all images, thumbnails included. */
  readonly tiles: number;
  readonly tokensPerTile: number;
  /** `<img>` and `</img>`. */
  readonly markers: number;
  /** Everything else: text, template, system message. */
  readonly text: number;
  readonly total: number;
}

/** Tokens of one tile by InternVL's formula, where the plan does not say. */
export function tokensPerTileOf({ tileSize = 448, tokensPerTile }: PlanOptions): number {
  return tokensPerTile ?? Math.max(1, Math.floor(Math.floor(tileSize / 14) ** 2 / 4));
}

/**
 * Tokens of a sound InternVL row as the trainer makes them: images share the tile limit (`max(1, floor(limit / images))`), each has
 * two markers, text goes through the template, as `labelConversation` does it.
 *
 * @param sizes of the images in pixels, in order
 */
export function costOf(
  row: JsonObject,
  sizes: readonly ImageSize[],
  { tokenizer, template, plan = {} }: BudgetOptions,
): RowCost {
  const maxTiles =
    sizes.length > 1 ? tilesPerImage(sizes.length, { maxTiles: plan.maxTiles ?? 12 }) : plan.maxTiles;
  const minTiles = Math.min(plan.minTiles ?? 1, maxTiles ?? 12);
  const tokensPerTile = tokensPerTileOf(plan);
  const perImage = sizes.map(
    (size) => planTiles({ width: size.width, height: size.height }, { ...plan, maxTiles, minTiles }).tiles,
  );
  const { system, turns } = promptTurns(row, perImage);
  const told = system === undefined ? template : { ...template, systemMessage: system };
  const { ids, visualTokens } = labelConversation(tokenizer, told, turns, { tokensPerTile });
  const tiles = visualTokens / tokensPerTile;
  const images = turns.flatMap(({ parts }) => parts.filter(({ type }) => type === 'image'));
  const markers = 2 * images.length;
  return {
    tiles,
    tokensPerTile,
    markers,
    text: ids.length - visualTokens - markers,
    total: ids.length,
  };
}

/** `13 tiles × 256 + 904 text tokens = 4232`; the markers of images are counted with the text. */
export function describeCost({ tiles, tokensPerTile, markers, text, total }: RowCost): string {
  if (tiles === 0) return `${total} text tokens`;
  return `${tiles} tile${tiles === 1 ? '' : 's'} × ${tokensPerTile} + ${text + markers} text tokens = ${total}`;
}

function promptTurns(
  row: JsonObject,
  tiles: readonly number[],
): { readonly system: string | undefined; readonly turns: readonly PromptTurn[] } {
  let system: string | undefined;
  const turns: PromptTurn[] = [];
  let next = 0;
  const conversations = isJsonList(row.conversations) ? row.conversations : [];
  for (const turn of conversations) {
    if (!isJsonObject(turn) || typeof turn.value !== 'string') continue;
    if (turn.from === 'system') {
      system = turn.value;
      continue;
    }
    if (turn.from === 'gpt') {
      turns.push({ role: 'assistant', parts: [{ type: 'text', text: turn.value }] });
      continue;
    }
    const parts: PromptPart[] = [];
    for (const [index, text] of turn.value.split('<image>').entries()) {
      const count = index > 0 ? tiles[next++] : undefined;
      if (count !== undefined) parts.push({ type: 'image', tiles: count });
      if (text !== '') parts.push({ type: 'text', text });
    }
    turns.push({ role: 'user', parts });
  }
  const [first] = turns;
  if (next === 0 && tiles[0] !== undefined && first !== undefined) {
    turns[0] = {
      role: first.role,
      parts: [{ type: 'image', tiles: tiles[0] }, { type: 'text', text: '\n' }, ...first.parts],
    };
  }
  return { system, turns };
}
