import type { BudgetOptions } from '@internvl/dataset';
import { loadTokenizer } from '@internvl/tokenizer';
import { conversationTemplate, templateGeneration } from '@internvl/tokenizer/templates';
import type { OptionTable } from '../options/option-table.js';
import type { OptionsOf } from '../options/options.js';
import { usageError } from '../options/usage-error.js';
import type { Output } from '../terminal/output.js';
import type { Surroundings } from '../terminal/surroundings.js';
import { describedConfig, modelPath } from './model.js';
import { tokenizerFiles } from './tokenizer-files.js';

/** With what tokens of training rows are counted. */
export const budgetOptions = {
  model: {
    type: 'string',
    value: 'MODEL',
    help: 'Count tokens with the tokenizer, template and tile rule of this model: a folder, a Hub id or nano. Weights are not fetched.',
  },
  'max-tokens': { type: 'string', value: 'N', help: 'Length of the training sequence. Default: 4096.' },
  'max-tiles': {
    type: 'string',
    value: 'N',
    help: "Most tiles of a row's images (max_dynamic_patch). Default: the model's, or 12.",
  },
  template: {
    type: 'string',
    value: 'NAME',
    help: "Conversation template. Default: the model's, or internvl2_5.",
  },
} as const satisfies OptionTable;

/** @returns undefined where no model was named */
export async function budgetOf(
  options: OptionsOf<typeof budgetOptions>,
  surroundings: Surroundings,
  output: Output,
): Promise<(BudgetOptions & { readonly maxTokens: number }) | undefined> {
  const model = options.text('model');
  const given = options.number('max-tokens', { least: 1, whole: true });
  const maxTiles = options.number('max-tiles', { least: 1, most: 40, whole: true });
  const named = options.text('template');
  if (model === undefined) {
    const extra = ['max-tokens', 'max-tiles', 'template'].find(
      (_, index) => [given, maxTiles, named][index] !== undefined,
    );
    if (extra !== undefined) {
      throw usageError(`Expected --model with --${extra}, got none; name the model to count with, or nano.`, {
        option: extra,
      });
    }
    return undefined;
  }
  const path = modelPath(model);
  const config = await describedConfig(model, surroundings, output);
  const tokenizer = loadTokenizer(await tokenizerFiles(path, surroundings, output));
  const generation = templateGeneration({
    name: path,
    pixelShuffle: config.pixelShuffle,
    dynamicTiles: config.dynamicTiles,
  });
  const template = conversationTemplate(named ?? config.template ?? 'internvl2_5', {
    systemMessage: config.systemMessage,
    generation,
  });
  const { tileSize, minTiles, thumbnail, dynamicTiles, tokensPerTile } = config;
  return {
    tokenizer,
    template,
    plan: {
      tileSize,
      minTiles,
      maxTiles: maxTiles ?? config.maxTiles,
      thumbnail,
      dynamicTiles,
      tokensPerTile,
    },
    maxTokens: given ?? 4096,
  };
}
