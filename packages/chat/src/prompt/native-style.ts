import type { Tokenizer } from '@internvl/tokenizer';
import { jinjaPrompt } from '@internvl/tokenizer/jinja';
import type { PromptStyle } from './prompt-style.js';

export interface NativeStyleParts {
  readonly tokenizer: Tokenizer;
  /** Jinja source of the checkpoint's chat template. */
  readonly chatTemplate: string;
  readonly tokensPerTile: number;
  /** `eos_token_id` of generation_config.json. */
  readonly stopIds: readonly number[];
}

/**
 * transformers' layout: the checkpoint's chat template, no system message unless one is given, and the answer as the
 * processor decodes it, without special tokens.
 *
 * Source: `processing_internvl.py`, `generate()` from ids, in huggingface/transformers.
 */
export function nativeStyle({
  tokenizer,
  chatTemplate,
  tokensPerTile,
  stopIds,
}: NativeStyleParts): PromptStyle {
  return {
    build(turns, { system }) {
      const opening =
        system === undefined ? [] : [{ role: 'system', parts: [{ type: 'text', text: system } as const] }];
      const prompt = jinjaPrompt(tokenizer, chatTemplate, [...opening, ...turns], { tokensPerTile });
      // What the tokenizer puts in front is part of what the model sees, and nothing else tells it.
      return { ...prompt, text: tokenizer.decode(prompt.ids) };
    },
    stopIds,
    cuts: [],
    strip: false,
    penaltyIds: ({ ids }) => ids,
  };
}
