import { DatasetError } from '../error.js';
import { isJsonObject, type JsonValue } from '../sample/json.js';
import type { ChatMessage, Completion, Translator } from './translator.js';

/** A model in this process, as a translator needs it. */
export interface LocalModel {
  /** Names the model and how it answers. */
  readonly id: string;
  /** Calls at once that make sense; 1 by default. */
  readonly concurrency?: number;
  /** @throws `CallError` of kind `refused` for a prompt that does not fit; `signal.reason` when aborted */
  answer(
    messages: readonly ChatMessage[],
    options: { readonly maxTokens: number; readonly signal: AbortSignal },
  ): Promise<Completion>;
}

/** Translates with a model in this process. Its answers are logged like those of a server: they cost time, if no money. */
export function localTranslator(model: LocalModel): Translator {
  return {
    id: model.id,
    concurrency: model.concurrency ?? 1,
    async call({ messages, maxTokens }, { signal }) {
      return JSON.stringify(await model.answer(messages, { maxTokens, signal }));
    },
    read: readLocal,
  };
}

const reasons = ['stop', 'length', 'filtered'] as const;

function readLocal(raw: string): Completion {
  let value: JsonValue | undefined;
  try {
    value = JSON.parse(raw);
  } catch {
    value = undefined;
  }
  const { text, finishReason, usage } = isJsonObject(value) ? value : {};
  const reason = reasons.find((each) => each === finishReason);
  if (typeof text !== 'string' || reason === undefined) {
    throw new DatasetError(
      'response-unreadable',
      `Expected an answer of a local model, got '${raw.slice(0, 120)}'; remove the line from the call log.`,
      { raw: raw.slice(0, 1000) },
    );
  }
  const { inputTokens, outputTokens } = isJsonObject(usage) ? usage : {};
  return {
    text,
    finishReason: reason,
    ...(typeof inputTokens === 'number' &&
      typeof outputTokens === 'number' && { usage: { inputTokens, outputTokens } }),
  };
}
