import { type BatchRow, generateBatch } from '@internvl/llm';
import type { Prompt } from '@internvl/tokenizer/templates';
import type { Answer, TokenLogprobs } from '../answer.js';
import { breath } from '../breath.js';
import type { BatchQuestion } from '../chat.js';
import type { ChatModel } from '../chat-model.js';
import type { AnswerOptions } from '../options.js';
import { tokenLogprobs } from '../text/token-logprobs.js';
import type { Turn } from '../turn.js';
import { buildPrompt } from './build-prompt.js';
import { choiceOptions } from './choice-options.js';
import { encodeImages } from './encode-images.js';
import { modelPrompt } from './generate-answer.js';
import { GrowingText } from './growing-text.js';
import type { ShownImages } from './memory.js';
import { showImages } from './show-images.js';
import { finishAnswer, languageSide } from './stream-answer.js';
import type { TileCache } from './tile-cache.js';

interface Row {
  readonly prompt: Prompt;
  readonly shown: readonly ShownImages[];
  readonly growing: GrowingText;
  readonly logprobs: TokenLogprobs[];
  readonly choice: BatchRow;
  readonly encodedTiles: number;
  readonly visionMs: number;
  finishReason: Answer['finishReason'];
}

/**
 * Answers several conversations together. Prompts and images are those of single answers, and so are the ids.
 *
 * Source: `batch_chat()` of `modeling_internvl_chat.py`, without its limit of one image for each question.
 */
export async function answerBatch(
  model: ChatModel,
  questions: readonly BatchQuestion[],
  options: AnswerOptions,
  cache: TileCache,
): Promise<readonly Answer[]> {
  if (questions.length === 0) return [];
  const { clock } = model;
  const { signal } = options;
  const side = languageSide(model);
  if (options.responseFormat) side.formats.constraint(options.responseFormat);
  const rows: Row[] = [];
  for (const { turns, ...own } of questions)
    rows.push(await openRow(model, turns, { ...options, ...own }, cache));

  const start = clock();
  const batch = generateBatch(
    side.model,
    rows.map(({ choice }) => choice),
    { signal, chunkTokens: options.chunkTokens },
  );
  let prefilled = start;
  for await (const event of batch) {
    await breath(signal);
    const row = rows[event.row]!;
    if (event.type === 'prefill-progress') prefilled = clock();
    if (event.type === 'token') {
      row.growing.pushAt(event.index, event.id);
      const logprobs = tokenLogprobs(side, event);
      if (logprobs) row.logprobs.push(logprobs);
    }
    if (event.type === 'finish' && event.reason.startsWith('stop')) row.finishReason = 'stop';
  }
  const times = { prefillMs: prefilled - start, decodeMs: clock() - prefilled, cachedTokens: 0 };
  return rows.map(({ prompt, shown, growing, logprobs, finishReason, encodedTiles, visionMs }) => {
    growing.end();
    const { text, ids } = growing;
    return finishAnswer(
      model,
      prompt,
      shown,
      { text, ids, logprobs, finishReason, ...times },
      { encodedTiles, visionMs },
    );
  });
}

async function openRow(
  model: ChatModel,
  turns: readonly Turn[],
  options: AnswerOptions,
  cache: TileCache,
): Promise<Row> {
  const side = languageSide(model);
  const start = model.clock();
  const images = showImages(model, turns, [], options);
  let next = await images.next();
  while (!next.done) next = await images.next();
  const shown = next.value;
  const prompt = buildPrompt(model, side, turns, shown, options);
  const encoding = encodeImages(model, shown, { signal: options.signal, cache });
  let encoded = await encoding.next();
  while (!encoded.done) encoded = await encoding.next();
  const growing = new GrowingText(side, options);
  return {
    prompt,
    shown,
    growing,
    logprobs: [],
    choice: {
      prompt: modelPrompt(prompt, shown),
      ...choiceOptions(side, prompt, options),
      stopWhen(ids) {
        growing.pushAt(ids.length - 1, ids.at(-1)!);
        return growing.stopped;
      },
    },
    encodedTiles: encoded.value,
    visionMs: model.clock() - start,
    finishReason: 'length',
  };
}
