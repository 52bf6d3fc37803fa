import type { Answer, Chat, ChatEvent, TextDelta } from '@internvl/chat';
import type { BegunAnswers } from '../answering/begin-answers.js';
import { finishedAnswers } from '../answering/finished-answers.js';
import type { ServerEvent } from '../http/event-stream.js';
import { newId } from '../http/request-id.js';
import type { ChatRequest } from './chat-request.js';
import { logprobsObject } from './logprobs.js';

export interface ReplyOptions {
  readonly request: ChatRequest;
  /** Seconds since 1970. */
  readonly created: number;
}

interface ChunkEnd {
  readonly logprobs?: TextDelta['logprobs'] | undefined;
  readonly finishReason?: Answer['finishReason'] | null;
}

/** A whole chat completion. */
export async function chatCompletion(
  { chat, events }: BegunAnswers,
  { request, created }: ReplyOptions,
): Promise<object> {
  const finished = await finishedAnswers(events);
  return {
    id: newId('chatcmpl-'),
    object: 'chat.completion',
    created,
    model: request.model,
    system_fingerprint: fingerprint(chat),
    choices: finished.map(({ answer, logprobs }, index) => ({
      index,
      message: { role: 'assistant', content: answer.text, refusal: null },
      logprobs: logprobsObject(logprobs),
      finish_reason: answer.finishReason,
    })),
    usage: usageOf(finished.map(({ answer }) => answer)),
  };
}

/** A chat completion in pieces. */
export async function* chatChunks(
  { chat, events }: BegunAnswers,
  { request, created }: ReplyOptions,
): AsyncGenerator<ServerEvent, void, void> {
  const { includeUsage, model } = request;
  const head = {
    id: newId('chatcmpl-'),
    object: 'chat.completion.chunk',
    created,
    model,
    system_fingerprint: fingerprint(chat),
  };
  const chunk = (index: number, delta: object, { logprobs, finishReason = null }: ChunkEnd = {}) => ({
    data: {
      ...head,
      choices: [{ index, delta, logprobs: logprobsObject(logprobs), finish_reason: finishReason }],
      ...(includeUsage && { usage: null }),
    },
  });
  for (let index = 0; index < request.choices; index++) {
    yield chunk(index, { role: 'assistant', content: '', refusal: null });
  }
  const answers: Answer[] = [];
  for await (const { index, value } of events) {
    if (value.type === 'text-delta' && (value.text !== '' || value.logprobs?.length)) {
      yield chunk(index, { content: value.text }, { logprobs: value.logprobs });
    }
    if (value.type === 'answer-finished') {
      answers.push(value.answer);
      yield chunk(index, {}, { finishReason: value.answer.finishReason });
    }
  }
  if (includeUsage) yield { data: { ...head, choices: [], usage: usageOf(answers) } };
  yield { data: '[DONE]' };
}

/** Whether the prompt is good: what comes from here on is the answer. */
export function answering({ type }: ChatEvent): boolean {
  return type === 'prefill-progress' || type === 'text-delta' || type === 'answer-finished';
}

/** The prompt counts once, as the choices share it. */
function usageOf(answers: readonly Answer[]) {
  const [first] = answers;
  const prompt = first?.usage.inputTokens ?? 0;
  const completion = answers.reduce((sum, { usage }) => sum + usage.outputTokens, 0);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: first?.usage.cachedTokens ?? 0 },
  };
}

function fingerprint({ facts }: Chat): string {
  return `${facts.backend}/${facts.precision}`;
}
