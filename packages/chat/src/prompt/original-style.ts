import type { LlmFamily } from '@internvl/checkpoint';
import type { Tokenizer } from '@internvl/tokenizer';
import { buildPrompt, type ConversationTemplate } from '@internvl/tokenizer/templates';
import { bareParts, labelledParts } from './labels.js';
import type { PromptStyle } from './prompt-style.js';

export interface OriginalStyleParts {
  readonly tokenizer: Tokenizer;
  readonly template: ConversationTemplate;
  readonly tokensPerTile: number;
  readonly family: LlmFamily;
  /** `llm_config.bos_token_id` */
  readonly bosId: number | undefined;
}

/**
 * OpenGVLab's own layout: the built-in template of the checkpoint, and the answer as `chat()` returns it: without special
 * tokens, cut at the separator, stripped.
 *
 * Source: `chat()`, `batch_chat()` of `modeling_internvl_chat.py`; `conversation.py`.
 */
export function originalStyle({
  tokenizer,
  template,
  tokensPerTile,
  family,
  bosId,
}: OriginalStyleParts): PromptStyle {
  const stopId = tokenizer.tokenId(template.stop);
  return {
    build(turns, { system, labels }) {
      const parts = labels === 'none' ? bareParts(turns) : labelledParts(turns);
      return buildPrompt(
        tokenizer,
        { ...template, systemMessage: system ?? template.systemMessage },
        turns.map(({ role }, index) => ({ role, parts: parts[index]! })),
        { tokensPerTile },
      );
    },
    stopIds: stopId === undefined ? [] : [stopId],
    cuts: [template.stop],
    strip: true,
    // Generation starts from embeddings, so the prompt is not counted; transformers 4.37 puts BOS in front of the new ids,
    // the version that 3.5 needs does not.
    penaltyIds: () => (bosId === undefined || family === 'qwen3' || family === 'qwen3-moe' ? [] : [bosId]),
  };
}
