import type { AnswerRequest } from '../answering/answer-request.js';
import { badRequest } from '../api-error.js';
import { modelName } from '../models/model-pool.js';
import type { ResolvedOptions } from '../server-options.js';
import { Fields } from './fields.js';
import { conversationOf, readMessages } from './messages.js';
import { readFormat } from './response-format.js';
import { readSampling } from './sampling.js';

/** A chat completion as asked for. */
export interface ChatRequest extends AnswerRequest {
  /** Whether a stream ends with the number of tokens. */
  readonly includeUsage: boolean;
}

const MOST_LOGPROBS = 20;

/** Reads the body of POST /v1/chat/completions. @throws 400 */
export function readChatRequest(body: unknown, { limits, defaults }: ResolvedOptions): ChatRequest {
  const fields = new Fields(body, '');
  fields.ignore(...ACCOUNTING);
  fields.refuse(...UNSUPPORTED);
  const model = modelName(fields.text('model'));
  const stream = fields.flag('stream') ?? false;
  const choices = fields.number('n', { least: 1, most: limits.choices, whole: true }) ?? 1;
  const options = {
    ...defaults,
    ...given(readSampling(fields)),
    ...readLogprobs(fields),
    ...readFormat(fields),
    maxNewTokens: readNewTokens(fields, ['max_completion_tokens', 'max_tokens'], { limits, defaults }),
    ...given({ minTiles: fields.number('min_dynamic_patch', { least: 1, most: 40, whole: true }) }),
  };
  const includeUsage = readStreamOptions(fields, stream);
  const messages = readMessages(fields, limits.messages);
  fields.done();
  return {
    model,
    conversation: conversationOf(messages, limits.images),
    options,
    choices,
    stream,
    includeUsage,
  };
}

/** Change nothing about an answer. */
const ACCOUNTING = [
  'user',
  'metadata',
  'store',
  'service_tier',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'parallel_tool_calls',
  'prediction',
] as const;

const UNSUPPORTED = [
  'tools',
  'tool_choice',
  'functions',
  'function_call',
  'audio',
  'logit_bias',
  'reasoning_effort',
  'verbosity',
  'web_search_options',
] as const;

/** Without what was left out, so that defaults show through. */
export function given<T extends object>(options: T): Partial<T> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<T>;
}

/** Most new tokens, under whichever name. @throws 400 */
export function readNewTokens(
  fields: Fields,
  names: readonly string[],
  { limits, defaults }: Pick<ResolvedOptions, 'limits' | 'defaults'>,
): number {
  const range = { least: 1, most: limits.newTokens, whole: true };
  const [first] = names.map((name) => fields.number(name, range)).filter((value) => value !== undefined);
  return first ?? Math.min(defaults.maxNewTokens ?? 1024, limits.newTokens);
}

/** Logprobs of tokens and how many likelier ones beside. */
function readLogprobs(fields: Fields) {
  const wanted = fields.flag('logprobs') ?? false;
  const top = fields.number('top_logprobs', { least: 0, most: MOST_LOGPROBS, whole: true });
  if (top !== undefined && !wanted) {
    throw badRequest(
      'invalid_value',
      'top_logprobs',
      'Expected logprobs: true beside top_logprobs, got none.',
    );
  }
  return wanted ? { logprobs: top ?? 0 } : {};
}

function readStreamOptions(fields: Fields, stream: boolean): boolean {
  const options = fields.object('stream_options');
  if (!options) return false;
  if (!stream) {
    throw badRequest(
      'invalid_value',
      'stream_options',
      'Expected stream: true beside stream_options, got none.',
    );
  }
  const includeUsage = options.flag('include_usage') ?? false;
  options.ignore('include_obfuscation', 'continuous_usage_stats');
  options.done();
  return includeUsage;
}
