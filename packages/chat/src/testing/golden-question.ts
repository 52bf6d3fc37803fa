import type { BatchQuestion } from '../chat.js';
import type { AnswerOptions } from '../options.js';
import type { Part, Turn } from '../turn.js';
import type { GoldenCase, GoldenRecord } from './golden-record.js';

/** What a record asked, as a user of this package asks it: no placeholder is written by hand. */
export function goldenQuestion(
  { images: folder }: GoldenCase,
  record: GoldenRecord,
): { turns: Turn[]; options: AnswerOptions } {
  const files = record.images.map(({ file }) => `${folder}/${file}`);
  const { max_new_tokens: maxNewTokens, repetition_penalty: repetitionPenalty } = record.generation;
  const generation = { maxNewTokens, ...(repetitionPenalty && { repetitionPenalty }) };
  const questions = [...record.history.map(([question]) => question), record.question];
  const turns = questions.flatMap((question, index): Turn[] => {
    const answer = record.history[index]?.[1];
    const parts =
      record.how === 'native'
        ? nativeParts(record, index, files, question)
        : originalParts(record, question, files);
    const user: Turn = { role: 'user', parts };
    return answer === undefined
      ? [user]
      : [user, { role: 'assistant', parts: [{ type: 'text', text: answer }] }];
  });
  const limits = record.images.map(({ max }) => max).filter((max) => max !== undefined);
  const maxTiles = record.how === 'native' ? record.max_patches : limits;
  const minTiles = record.images[0]?.min;
  const video = turns.some(({ parts }) => parts.some(({ type }) => type === 'video'));
  // Without tiling the records give no limits.
  const tiled = !video && (record.how === 'native' ? record.images.length > 0 : limits.length > 0);
  return { turns, options: { ...generation, ...(tiled && { maxTiles, minTiles }) } };
}

/** The rows of a batch; each shows one image. */
export function goldenBatch(
  { images: folder }: GoldenCase,
  record: GoldenRecord,
): { questions: BatchQuestion[]; options: AnswerOptions } {
  const questions = record.rows!.map(({ question }, index): BatchQuestion => {
    const { file, max } = record.images[index]!;
    return {
      turns: [
        {
          role: 'user',
          parts: [
            { type: 'image', image: `${folder}/${file}` },
            { type: 'text', text: question },
          ],
        },
      ],
      maxTiles: max,
    };
  });
  return { questions, options: { maxNewTokens: record.generation.max_new_tokens } };
}

/** In native records all images stand in front of the first question. */
function nativeParts(
  { video }: GoldenRecord,
  index: number,
  files: readonly string[],
  question: string,
): Part[] {
  const text: Part = { type: 'text', text: question };
  if (index > 0 || files.length === 0) return [text];
  if (video) return [{ type: 'video', frames: files }, text];
  return [...files.map((image): Part => ({ type: 'image', image })), text];
}

/** Takes the labels off a question, and as many files from the front of `files` as it has placeholders. */
function originalParts(record: GoldenRecord, question: string, files: string[]): Part[] {
  const placeholders = question.split('<image>').length - 1;
  const text: Part = { type: 'text', text: question.replace(/^((Image-|Frame)\d+: )?<image>\n/gm, '') };
  if (record.num_patches_list === null && files.length > 1) {
    return [{ type: 'image', image: files.splice(0) }, text];
  }
  // chat() puts a placeholder in front of a question that has none, when there are images and no history.
  const shown = files.splice(
    0,
    placeholders === 0 && record.history.length === 0 ? files.length : placeholders,
  );
  if (shown.length === 0) return [text];
  if (question.startsWith('Frame1: ')) return [{ type: 'video', frames: shown }, text];
  return [...shown.map((image): Part => ({ type: 'image', image })), text];
}
