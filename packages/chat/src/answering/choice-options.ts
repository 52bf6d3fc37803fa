import type { ChoiceOptions } from '@internvl/llm';
import type { Prompt } from '@internvl/tokenizer/templates';
import type { LanguageSide } from '../chat-model.js';
import type { GenerationOptions } from '../options.js';

/** How tokens are chosen, in the language model's terms. */
export function choiceOptions(
  { prompts, formats }: LanguageSide,
  prompt: Prompt,
  options: GenerationOptions,
): ChoiceOptions {
  const { maxNewTokens, temperature, topP, topK, minP, seed, logprobs, responseFormat } = options;
  const { repetitionPenalty, presencePenalty, frequencyPenalty } = options;
  return {
    maxNewTokens,
    temperature,
    topP,
    topK,
    minP,
    seed,
    repetitionPenalty,
    presencePenalty,
    frequencyPenalty,
    logprobs,
    constraint: responseFormat && formats.constraint(responseFormat),
    stopIds: prompts.stopIds,
    penaltyIds: prompts.penaltyIds(prompt),
  };
}
