import type { TokenLikelihood, TokenLogprobs } from '@internvl/chat';

/** How likely tokens were, in OpenAI's shape; null where nobody asked. The end token is none of them. */
export function logprobsObject(tokens: readonly TokenLogprobs[] | undefined) {
  if (!tokens) return null;
  return {
    content: tokens.map((token) => ({ ...likelihood(token), top_logprobs: token.top.map(likelihood) })),
    refusal: null,
  };
}

function likelihood({ text, bytes, logprob }: TokenLikelihood) {
  return { token: text, logprob, bytes };
}
