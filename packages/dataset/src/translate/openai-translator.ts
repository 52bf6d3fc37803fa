import { DatasetError } from '../error.js';
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../sample/json.js';
import { CallError } from './call-error.js';
import type { CallUsage, Completion, Translator } from './translator.js';

export interface OpenAiTranslatorOptions {
  /** Up to and with the version: `http://localhost:8000/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  /** Sent as `Authorization: Bearer`. */
  readonly apiKey?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** 0 by default: the same request gives the same translation. */
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly seed?: number | undefined;
  /** How the server is asked for JSON; `json_object` by default. */
  readonly format?: 'json_schema' | 'json_object' | 'none' | undefined;
  /** More fields of the body: `{"chat_template_kwargs": {"enable_thinking": false}}`. Part of the cache key. */
  readonly extraBody?: JsonObject | undefined;
  /** Milliseconds until an answer must be there; 120,000 by default. */
  readonly timeoutMs?: number | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Milliseconds since 1970, for `Retry-After` dates. */
  readonly now?: (() => number) | undefined;
}

/**
 * Translates through any server that speaks OpenAI's chat completions: OpenAI itself, vLLM, LMDeploy, SGLang, llama.cpp,
 * Ollama. Every sampling field is sent, since servers differ in their defaults.
 *
 * @throws `invalid-option`; its calls throw `CallError`
 */
export function openaiTranslator({
  baseUrl,
  model,
  apiKey,
  headers = {},
  temperature = 0,
  topP = 1,
  seed,
  format = 'json_object',
  extraBody = {},
  timeoutMs = 120_000,
  fetch = globalThis.fetch,
  now = Date.now,
}: OpenAiTranslatorOptions): Translator {
  const url = completionsUrl(baseUrl);
  const sampling = { temperature, top_p: topP, ...(seed !== undefined && { seed }) };
  const fixed: JsonObject = { model, ...sampling, ...extraBody };
  return {
    // The address is not part of it: the same model elsewhere gives the same translation.
    id: JSON.stringify({ ...fixed, format }),
    async call({ messages, maxTokens, schema }, { signal }) {
      const body = {
        ...fixed,
        messages,
        max_tokens: maxTokens,
        stream: false,
        ...responseFormat(format, schema),
      };
      const response = await send(url, body, { apiKey, headers, timeoutMs, fetch, now, signal });
      if (response.status >= 200 && response.status < 300) return response.text;
      throw refusalOf(response);
    },
    read: readCompletion,
  };
}

function completionsUrl(baseUrl: string): string {
  let url: URL | undefined;
  try {
    url = new URL(`${baseUrl.replace(/\/+$/, '').replace(/\/chat\/completions$/, '')}/chat/completions`);
  } catch {
    url = undefined;
  }
  if (url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:')) return url.href;
  throw new DatasetError(
    'invalid-option',
    `Expected the address of an OpenAI-compatible server such as http://localhost:8000/v1, got '${baseUrl}'; pass the address up to and with /v1.`,
    { baseUrl },
  );
}

function responseFormat(format: 'json_schema' | 'json_object' | 'none', schema: JsonObject): JsonObject {
  if (format === 'none') return {};
  if (format === 'json_object') return { response_format: { type: 'json_object' } };
  return {
    response_format: { type: 'json_schema', json_schema: { name: 'translation', strict: true, schema } },
  };
}

interface Answered {
  readonly status: number;
  readonly text: string;
  readonly retryAfterMs: number | undefined;
}

async function send(
  url: string,
  body: object,
  {
    apiKey,
    headers,
    timeoutMs,
    fetch,
    now,
    signal,
  }: {
    readonly apiKey: string | undefined;
    readonly headers: Readonly<Record<string, string>>;
    readonly timeoutMs: number;
    readonly fetch: typeof globalThis.fetch;
    readonly now: () => number;
    readonly signal: AbortSignal;
  },
): Promise<Answered> {
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener('abort', onAbort, { once: true });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    controller.abort();
  }, timeoutMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
        ...headers,
      },
      body: JSON.stringify(body),
      signal: controller.signal,
    });
    return {
      status: response.status,
      text: await response.text(),
      retryAfterMs: waitOf(response.headers, now()),
    };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    // Without what an address may hold behind a question mark: a key.
    const { origin, pathname } = new URL(url);
    const place = origin + pathname;
    if (late) {
      throw new CallError('failed', `Expected an answer within ${timeoutMs} ms, got none.`, {
        url: place,
        timeoutMs,
      });
    }
    throw new CallError(
      'failed',
      `Expected ${place} to answer, got ${reasonOf(error)}.`,
      { url: place },
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error
    ? `${error.message} (${error.cause.message || 'no connection'})`
    : error.message;
}

function refusalOf({ status, text, retryAfterMs }: Answered): CallError {
  const said = messageOf(text);
  const facts = { status, said };
  const message = (remedy: string) => `Expected a completion, got status ${status}: ${said}; ${remedy}.`;
  if (status === 429 && /quota|billing|balance/i.test(said)) {
    return new CallError('fatal', message('top up the account and run again'), facts);
  }
  if (status === 429 || status === 503 || status === 529) {
    return new CallError('busy', message('ask for less at once'), facts, { retryAfterMs });
  }
  if (status === 408 || status === 409 || status >= 500) {
    return new CallError('failed', message('see to the server'), facts, { retryAfterMs });
  }
  if (status === 400 || status === 413 || status === 422) {
    return new CallError('refused', message('see what the server says of this request'), facts);
  }
  return new CallError('fatal', message('check the address, the model and the key'), facts);
}

/** `retry-after-ms`, or `Retry-After` in seconds or as a date: in milliseconds. */
function waitOf(headers: Headers, now: number): number | undefined {
  const ms = Number(headers.get('retry-after-ms') ?? Number.NaN);
  if (Number.isFinite(ms)) return Math.max(0, ms);
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function messageOf(text: string): string {
  const value = parsed(text);
  const error = isJsonObject(value) ? (value.error ?? value.message ?? value.detail) : undefined;
  const message = isJsonObject(error) ? error.message : error;
  return (typeof message === 'string' ? message : text).replaceAll(/\s+/g, ' ').slice(0, 300) || 'nothing';
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readCompletion(raw: string): Completion {
  const value = parsed(raw);
  const choice = isJsonObject(value) && isJsonList(value.choices) ? value.choices[0] : undefined;
  const message = isJsonObject(choice) ? choice.message : undefined;
  if (!isJsonObject(value) || !isJsonObject(choice) || !isJsonObject(message)) {
    throw new DatasetError(
      'response-unreadable',
      `Expected a chat completion with choices[0].message, got '${raw.slice(0, 120)}'; is this an OpenAI-compatible server?`,
      { raw: raw.slice(0, 1000) },
    );
  }
  const usage = usageOf(value.usage);
  const { content, refusal } = message;
  return {
    text: typeof content === 'string' ? content : typeof refusal === 'string' ? refusal : '',
    finishReason:
      choice.finish_reason === 'length'
        ? 'length'
        : choice.finish_reason === 'content_filter' || typeof refusal === 'string'
          ? 'filtered'
          : 'stop',
    ...(usage !== undefined && { usage }),
  };
}

function usageOf(usage: JsonValue | undefined): CallUsage | undefined {
  if (!isJsonObject(usage)) return undefined;
  const { prompt_tokens: inputTokens, completion_tokens: outputTokens } = usage;
  return typeof inputTokens === 'number' && typeof outputTokens === 'number'
    ? { inputTokens, outputTokens }
    : undefined;
}
