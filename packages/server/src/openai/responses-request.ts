import type { AnswerRequest } from '../answering/answer-request.js';
import { badRequest } from '../api-error.js';
import { fileSource, imageSource } from '../images/image-source.js';
import { modelName } from '../models/model-pool.js';
import type { ResolvedOptions } from '../server-options.js';
import { given, readNewTokens } from './chat-request.js';
import { Fields } from './fields.js';
import {
  conversationOf,
  listedParts,
  type Message,
  messageRole,
  missing,
  textPart,
  unsupportedPart,
  type WantedPart,
} from './messages.js';
import { readJsonFormat } from './response-format.js';
import { readSampling } from './sampling.js';

/** A response as asked for. */
export interface ResponsesRequest extends AnswerRequest {
  readonly instructions: string | null;
}

/**
 * Reads the body of POST /v1/responses: text and images in, text out. Nothing is stored, so nothing can be referred to.
 *
 * @throws 400
 */
export function readResponsesRequest(body: unknown, { limits, defaults }: ResolvedOptions): ResponsesRequest {
  const fields = new Fields(body, '');
  fields.ignore('user', 'metadata', 'store', 'service_tier', 'safety_identifier', 'prompt_cache_key');
  fields.ignore('parallel_tool_calls', 'prompt_cache_retention', 'stream_options');
  fields.refuse('tools', 'tool_choice', 'previous_response_id', 'conversation', 'background', 'prompt');
  fields.refuse('include', 'reasoning', 'max_tool_calls', 'top_logprobs');
  fields.choice('truncation', ['disabled']);
  const model = modelName(fields.text('model'));
  const instructions = fields.text('instructions');
  const messages = readInput(fields, limits.messages);
  const request = {
    model,
    instructions: instructions ?? null,
    options: {
      ...defaults,
      ...given(readSampling(fields)),
      ...readText(fields),
      maxNewTokens: readNewTokens(fields, ['max_output_tokens'], { limits, defaults }),
    },
    choices: 1,
    stream: fields.flag('stream') ?? false,
  };
  fields.done();
  const system: Message[] =
    instructions === undefined
      ? []
      : [{ role: 'system', parts: [textPart(instructions)], param: 'instructions' }];
  return { ...request, conversation: conversationOf([...system, ...messages], limits.images) };
}

function readText(fields: Fields): Pick<AnswerRequest['options'], 'responseFormat'> {
  const text = fields.object('text');
  if (!text) return {};
  text.ignore('verbosity');
  const format = text.object('format');
  text.done();
  return format ? readJsonFormat(format, (named) => named) : {};
}

function readInput(fields: Fields, mostMessages: number): Message[] {
  const input = fields.raw('input');
  if (typeof input === 'string') return [{ role: 'user', parts: [textPart(input)], param: 'input' }];
  const items = fields.list('input', mostMessages);
  if (!items) throw missing('input');
  return items.map((value, index) => readItem(new Fields(value, `input[${index}]`)));
}

function readItem(item: Fields): Message {
  const type = item.text('type') ?? 'message';
  if (type !== 'message') throw unsupportedPart(item, type);
  item.ignore('id', 'status', 'phase');
  const role = messageRole(item, ['system', 'developer', 'user', 'assistant']);
  const content = item.raw('content');
  const param = item.at('content');
  item.done();
  const parts = typeof content === 'string' ? [textPart(content)] : listedParts(content, param, readPart);
  if (role !== 'user' && parts.some((part) => part.type === 'image')) {
    throw badRequest(
      'invalid_value',
      param,
      `Expected text alone in ${param}, got an image; the user shows those.`,
    );
  }
  return { role, parts, param: item.path };
}

function readPart(fields: Fields): WantedPart {
  const type = fields.needText('type');
  switch (type) {
    case 'input_text':
    case 'output_text':
      fields.ignore('annotations', 'logprobs');
      return textPart(fields.needText('text'));
    case 'input_image':
      fields.refuse('file_id');
      return { type: 'image', source: imageSource(fields, 'image_url') };
    case 'input_file':
      return { type: 'image', source: fileSource(fields) };
    default:
      throw unsupportedPart(fields, type);
  }
}
