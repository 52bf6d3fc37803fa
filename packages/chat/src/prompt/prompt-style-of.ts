import { InternVLError } from '@internvl/backend';
import type { ModelConfig } from '@internvl/checkpoint';
import type { Tokenizer, TokenizerFiles } from '@internvl/tokenizer';
import { chatTemplateOf } from '@internvl/tokenizer/jinja';
import { conversationTemplate, templateGeneration } from '@internvl/tokenizer/templates';
import { systemMessageIn } from './conversation-file.js';
import { nativeStyle } from './native-style.js';
import { originalStyle } from './original-style.js';
import type { PromptStyle } from './prompt-style.js';

export interface PromptStyleSource {
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  /** Small files of the checkpoint. */
  readonly files: TokenizerFiles;
  /** Hub id or folder name. */
  readonly name: string;
  /** Text of the checkpoint's own `conversation.py`, where there is one. */
  readonly conversationFile?: string | undefined;
  /** Told when the system message had to be guessed. */
  readonly onNote?: ((note: string) => void) | undefined;
}

/**
 * How a checkpoint writes prompts: by its chat template in the native layout, by a built-in template in the original.
 * Its system message is that of config.json, else of its own `conversation.py`, else of the generation that its name or
 * its shape tells.
 *
 * @throws `template-unknown` with the known ones, `config-invalid`
 */
export function promptStyleOf(source: PromptStyleSource): PromptStyle {
  const { config, tokenizer, files } = source;
  const { tokensPerTile, llm } = config;
  if (config.layout === 'native') {
    const stopIds = endIds(files, tokenizer);
    return nativeStyle({ tokenizer, tokensPerTile, chatTemplate: chatTemplateOf(files), stopIds });
  }
  const template = config.template ?? '';
  const systemMessage =
    config.systemMessage ??
    (source.conversationFile === undefined ? undefined : systemMessageIn(source.conversationFile, template));
  return originalStyle({
    tokenizer,
    tokensPerTile,
    family: llm!.family,
    template: conversationTemplate(template, {
      systemMessage,
      generation: generationOf(source, systemMessage),
    }),
    bosId: wholeNumber(json(files, 'config.json').llm_config, 'bos_token_id'),
  });
}

/** Templates that two generations share, each with a message of its own. */
const shared = ['internlm2-chat', 'Hermes-2', 'phi3-chat'];

function generationOf({ config, name, onNote }: PromptStyleSource, systemMessage: string | undefined) {
  const { dynamicTiles, pixelShuffle, template = '', llm } = config;
  const generation = templateGeneration({ name, dynamicTiles, pixelShuffle });
  // Where tiling makes a difference, the name said nothing.
  const named =
    templateGeneration({ name, dynamicTiles: true }) === templateGeneration({ name, dynamicTiles: false });
  // Qwen2 and Llama behind dynamic tiles came with InternVL 2 alone.
  const ambiguous = dynamicTiles && (llm?.family === 'internlm2' || llm?.family === 'phi3');
  if (systemMessage === undefined && shared.includes(template) && ambiguous && !named) {
    onNote?.(
      `Nothing tells whether ${name} means the system message of InternVL 1.5 or of 2; that of ${generation} is taken. The option system sets another.`,
    );
  }
  return generation;
}

/** `eos_token_id` of generation_config.json, one or several. */
function endIds(files: TokenizerFiles, tokenizer: Tokenizer): number[] {
  const given = json(files, 'generation_config.json').eos_token_id;
  const ids = [given ?? tokenizer.eosId].flat().filter((id): id is number => Number.isInteger(id));
  if (ids.length > 0) return ids;
  throw new InternVLError(
    'config-invalid',
    `Expected eos_token_id in generation_config.json as a token id or a list of them, got ${JSON.stringify(given)}; answers would not end.`,
    { file: 'generation_config.json', field: 'eos_token_id' },
  );
}

function json(files: TokenizerFiles, name: string): Record<string, unknown> {
  const bytes = files[name];
  if (!bytes) return {};
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch (cause) {
    throw new InternVLError(
      'config-invalid',
      `Expected ${name} to be JSON, it is not; download it again.`,
      { file: name },
      { cause },
    );
  }
}

function wholeNumber(object: unknown, field: string): number | undefined {
  if (typeof object !== 'object' || object === null) return undefined;
  const value: unknown = Object.entries(object).find(([name]) => name === field)?.[1];
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
}
