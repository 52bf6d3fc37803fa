import { InternVLError } from '@internvl/backend';
import type { TokenLikelihood, TokenLogprobs, Usage } from '../answer.js';

/** What one event of a stream says, in our words. */
export interface Chunk {
  readonly content: string;
  /** Text of a reasoning parser, which a model writes between `<think>` and `</think>`. */
  readonly reasoning: string;
  readonly ids: readonly number[];
  readonly logprobs: readonly TokenLogprobs[];
  readonly finishReason: string | undefined;
  readonly usage: Usage | undefined;
  readonly error: { readonly status: number | undefined } | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a `chat.completion.chunk`, or the error that stands in its place.
 *
 * @throws `remote-unreadable`
 */
export function readChunk(text: string): Chunk {
  const value = fields(parsed(text));
  if (!value) throw unreadable(text);
  const said = fields(value.error) ?? (value.object === 'error' ? value : undefined);
  if (said || typeof value.error === 'string') {
    const code = Number(said?.code);
    return { ...empty, error: { status: code >= 400 && code < 600 ? code : undefined } };
  }
  if (!Array.isArray(value.choices)) throw unreadable(text);
  const choice = fields(value.choices[0]);
  const delta = fields(choice?.delta);
  const ids = idsOf(choice?.token_ids) ?? idsOf(delta?.gen_tokens) ?? [];
  return {
    content: textOf(delta?.content) || textOf(delta?.refusal),
    reasoning: textOf(delta?.reasoning_content) || textOf(delta?.reasoning),
    ids,
    logprobs: logprobsOf(fields(choice?.logprobs)?.content, ids),
    finishReason: typeof choice?.finish_reason === 'string' ? choice.finish_reason : undefined,
    usage: usageOf(fields(value.usage)),
    error: undefined,
  };
}

const empty: Chunk = {
  content: '',
  reasoning: '',
  ids: [],
  logprobs: [],
  finishReason: undefined,
  usage: undefined,
  error: undefined,
};

function unreadable(text: string): InternVLError {
  return new InternVLError(
    'remote-unreadable',
    `Expected a chat.completion.chunk with choices, got '${text.slice(0, 120)}'; is this an OpenAI-compatible server?`,
    { text: text.slice(0, 1000) },
  );
}

function logprobsOf(content: unknown, ids: readonly number[]): TokenLogprobs[] {
  if (!Array.isArray(content)) return [];
  return content.map((entry: unknown, index) => {
    const id = ids.length === content.length ? ids[index]! : UNKNOWN_ID;
    const top = fields(entry)?.top_logprobs;
    return {
      ...likelihood(entry, id),
      top: Array.isArray(top) ? top.map((other: unknown) => likelihood(other, UNKNOWN_ID)) : [],
    };
  });
}

/** The protocol has no place for the id of a token. */
const UNKNOWN_ID = -1;

function likelihood(entry: unknown, id: number): TokenLikelihood {
  const said = fields(entry);
  const text = textOf(said?.token);
  const bytes = idsOf(said?.bytes) ?? [...new TextEncoder().encode(text)];
  return { id, text, bytes, logprob: typeof said?.logprob === 'number' ? said.logprob : Number.NaN };
}

function usageOf(usage: Fields | undefined): Usage | undefined {
  if (!usage) return undefined;
  return {
    inputTokens: count(usage.prompt_tokens),
    cachedTokens: count(fields(usage.prompt_tokens_details)?.cached_tokens),
    outputTokens: count(usage.completion_tokens),
  };
}

function count(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function idsOf(value: unknown): number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter((id: unknown) => typeof id === 'number');
}

function fields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
