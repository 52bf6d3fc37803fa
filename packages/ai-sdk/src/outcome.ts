import type {
  JSONObject,
  LanguageModelV3FinishReason,
  LanguageModelV3Usage,
  SharedV3ProviderMetadata,
} from '@ai-sdk/provider';
import type { Answer } from '@internvl/chat';

/** What an answer came to, in the words of the AI SDK. */
export interface Outcome {
  readonly finishReason: LanguageModelV3FinishReason;
  readonly usage: LanguageModelV3Usage;
  /** `internvl`: backend, precision, tiles, encodedTiles, imageTokens, boxes in pixels, timings in Ms; ids, logprobs. */
  readonly providerMetadata: SharedV3ProviderMetadata;
}

export function outcomeOf(answer: Answer): Outcome {
  const { finishReason, usage, backend, precision, encodedTiles, prompt, ids, logprobs } = answer;
  const { inputTokens, cachedTokens, outputTokens } = usage;
  return {
    finishReason: { unified: finishReason, raw: finishReason },
    usage: {
      inputTokens: {
        total: inputTokens,
        noCache: inputTokens - cachedTokens,
        cacheRead: cachedTokens,
        cacheWrite: undefined,
      },
      outputTokens: { total: outputTokens, text: outputTokens, reasoning: undefined },
      raw: { ...usage },
    },
    providerMetadata: {
      internvl: {
        backend,
        precision,
        encodedTiles,
        imageTokens: prompt.imageTokens,
        tiles: answer.tiles.map((tiled): JSONObject => ({ ...tiled })),
        boxes: answer.boxes.map((box): JSONObject => ({ ...box })),
        timings: { ...answer.timings },
        ids: [...ids],
        ...(logprobs && { logprobs: logprobs.map(likelihoods) }),
      },
    },
  };
}

function likelihoods({ top, bytes, ...token }: NonNullable<Answer['logprobs']>[number]): JSONObject {
  return { ...token, bytes: [...bytes], top: top.map((other) => ({ ...other, bytes: [...other.bytes] })) };
}
