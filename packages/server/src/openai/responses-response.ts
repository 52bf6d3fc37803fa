import type { Answer, AnswerOptions } from '@internvl/chat';
import type { BegunAnswers } from '../answering/begin-answers.js';
import { finishedAnswers } from '../answering/finished-answers.js';
import type { ApiError } from '../api-error.js';
import type { ServerEvent } from '../http/event-stream.js';
import { newId } from '../http/request-id.js';
import type { ResponsesRequest } from './responses-request.js';

interface ResponseHead {
  readonly id: string;
  readonly messageId: string;
  readonly request: ResponsesRequest;
  /** Seconds since 1970. */
  readonly created: number;
}

export interface ResponsesReplyOptions {
  readonly request: ResponsesRequest;
  readonly created: number;
}

export interface ResponsesStreamOptions extends ResponsesReplyOptions {
  /** Places of events in the sequence, from 0 on. */
  readonly next: () => number;
}

/** A whole response. */
export async function wholeResponse(
  { events }: BegunAnswers,
  options: ResponsesReplyOptions,
): Promise<object> {
  const [finished] = await finishedAnswers(events);
  return responseObject(headOf(options), finished?.answer);
}

/** A response in pieces, each with its place in the sequence. */
export async function* responseEvents(
  { events }: BegunAnswers,
  options: ResponsesStreamOptions,
): AsyncGenerator<ServerEvent, void, void> {
  const head = headOf(options);
  const { messageId } = head;
  const event = (type: string, data: object): ServerEvent => ({
    event: type,
    data: { type, sequence_number: options.next(), ...data },
  });
  const place = { item_id: messageId, output_index: 0, content_index: 0 };
  yield event('response.created', { response: responseObject(head, undefined) });
  yield event('response.in_progress', { response: responseObject(head, undefined) });
  yield event('response.output_item.added', {
    output_index: 0,
    item: { ...messageObject(messageId, '', 'in_progress'), content: [] },
  });
  yield event('response.content_part.added', { ...place, part: textObject('') });
  for await (const { value } of events) {
    if (value.type === 'text-delta' && value.text !== '') {
      yield event('response.output_text.delta', { ...place, delta: value.text, logprobs: [] });
    }
    if (value.type === 'answer-finished') {
      const { answer } = value;
      yield event('response.output_text.done', { ...place, text: answer.text, logprobs: [] });
      yield event('response.content_part.done', { ...place, part: textObject(answer.text) });
      yield event('response.output_item.done', {
        output_index: 0,
        item: messageObject(messageId, answer.text, statusOf(answer)),
      });
      yield event(`response.${statusOf(answer)}`, { response: responseObject(head, answer) });
    }
  }
}

/** An error in the middle of a response, as its clients read it. */
export function responseErrorEvent({ code, message, param }: ApiError, place: number): ServerEvent {
  return { event: 'error', data: { type: 'error', code, message, param, sequence_number: place } };
}

function headOf({ request, created }: ResponsesReplyOptions): ResponseHead {
  return { id: newId('resp_'), messageId: newId('msg_'), request, created };
}

function statusOf({ finishReason }: Answer) {
  return finishReason === 'length' ? 'incomplete' : 'completed';
}

function responseObject({ id, messageId, request, created }: ResponseHead, answer: Answer | undefined) {
  const { model, instructions, options } = request;
  const status = answer ? statusOf(answer) : 'in_progress';
  return {
    id,
    object: 'response',
    created_at: created,
    status,
    error: null,
    incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
    instructions,
    max_output_tokens: options.maxNewTokens ?? null,
    model,
    output: answer ? [messageObject(messageId, answer.text, statusOf(answer))] : [],
    parallel_tool_calls: false,
    previous_response_id: null,
    store: false,
    temperature: options.temperature ?? 0,
    text: { format: formatObject(options.responseFormat) },
    tool_choice: 'none',
    tools: [],
    top_p: options.topP ?? 1,
    truncation: 'disabled',
    usage: answer && usageOf(answer),
    metadata: {},
  };
}

function formatObject(format: AnswerOptions['responseFormat']) {
  if (format?.type !== 'json') return { type: 'text' };
  return format.schema === undefined
    ? { type: 'json_object' }
    : { type: 'json_schema', name: 'answer', schema: format.schema, strict: true };
}

function messageObject(id: string, text: string, status: string) {
  return { id, type: 'message', role: 'assistant', status, content: [textObject(text)] };
}

function textObject(text: string) {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}

function usageOf({ usage: { inputTokens, cachedTokens, outputTokens } }: Answer) {
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: cachedTokens },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: inputTokens + outputTokens,
  };
}
