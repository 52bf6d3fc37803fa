import type { TokenEvent } from '@internvl/llm';
import type { TokenLikelihood, TokenLogprobs } from '../answer.js';
import type { LanguageSide } from '../chat-model.js';

/** How likely a new token and its rivals were, for people; undefined where nobody asked. */
export function tokenLogprobs(
  { tokenizer }: LanguageSide,
  { id, logprob, topLogprobs = [] }: TokenEvent,
): TokenLogprobs | undefined {
  if (logprob === undefined) return undefined;
  return {
    ...likelihood(tokenizer, id, logprob),
    top: topLogprobs.map((rival) => likelihood(tokenizer, rival.id, rival.logprob)),
  };
}

function likelihood(tokenizer: LanguageSide['tokenizer'], id: number, logprob: number): TokenLikelihood {
  const written = tokenizer.tokenBytes(id);
  // Special tokens put nothing into the answer; people still want to see which one came.
  const bytes = written ?? new TextEncoder().encode(tokenizer.decode([id]));
  return {
    id,
    text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
    bytes: [...bytes],
    logprob,
  };
}
