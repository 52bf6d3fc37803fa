import { dirname, isAbsolute, resolve } from 'node:path';
import { InternVLError } from '@internvl/backend';
import { type Chat, finishedAnswer, type ImageInput, type Part, type Turn } from '@internvl/chat';
import { DatasetError, type InferPlan, type Sample } from '@internvl/dataset';
import type { Answerer } from '@internvl/dataset/node';
import { imageBytes } from '../../input/image-bytes.js';
import type { Surroundings } from '../../terminal/surroundings.js';

/** What is wrong with one row and not with the model. */
const ofTheRow =
  /^(?:image-|file-missing$|context-overflow$|images-exceed-slots$|slots-exceed-images$|reserved-text$)/;

/**
 * A loaded model that answers rows: their turns up to the last question, or `prompt` in its place, about their images.
 *
 * @param root folder of relative image paths; each file's own without it
 */
export function localAnswerer(
  { model, prompt, maxNewTokens, temperature, seed, maxTiles }: InferPlan,
  chat: Chat,
  root: string | undefined,
  { stdin }: Pick<Surroundings, 'stdin'>,
): Answerer {
  const generation = {
    maxNewTokens,
    temperature,
    ...(seed !== undefined && { seed }),
    ...(maxTiles !== undefined && { maxTiles }),
  };
  return {
    id: JSON.stringify({ local: model, precision: chat.facts.precision, prompt, ...generation }),
    async answer(sample, file, signal) {
      const folder = resolve(root ?? dirname(file));
      const read = async (index: number): Promise<ImageInput> => {
        const { bytes, path, url } = sample.images[index] ?? {};
        if (bytes !== undefined) return bytes;
        const named = url ?? (path === undefined || isAbsolute(path) ? path : resolve(folder, path));
        if (named !== undefined) return imageBytes(named, { stdin, signal });
        throw unanswerable(`Expected image ${index} of the row, got none; mend the row.`);
      };
      try {
        const { turns, system } = await questionOf(sample, prompt, read);
        const { text, ids, finishReason, usage } = await finishedAnswer(
          chat.answer(turns, { ...generation, ...(system !== undefined && { system }), signal }),
        );
        return { text, tokens: ids.length, finishReason, inputTokens: usage.inputTokens };
      } catch (error) {
        if (!InternVLError.is(error) || !ofTheRow.test(error.code)) throw error;
        throw unanswerable(error.message, error);
      }
    },
  };
}

function unanswerable(message: string, cause?: InternVLError): DatasetError {
  const facts = cause === undefined ? {} : { code: cause.code };
  return new DatasetError('row-unanswerable', message, facts, { cause });
}

async function questionOf(
  { turns }: Sample,
  prompt: string | undefined,
  read: (index: number) => Promise<ImageInput>,
): Promise<{ readonly turns: Turn[]; readonly system: string | undefined }> {
  const last = turns.findLastIndex(({ role }) => role === 'user');
  if (last < 0) throw unanswerable('Expected a turn of the user, got none; there is nothing to answer.');
  const system = turns
    .find(({ role }) => role === 'system')
    ?.parts.map(textOf)
    .join('');
  const asked: Turn[] = [];
  for (const [index, { role, parts }] of turns.slice(0, last + 1).entries()) {
    if (role === 'system') continue;
    const own: Part[] = [];
    for (const part of parts) {
      if (part.type === 'image') own.push({ type: 'image', image: await read(part.imageIndex) });
      else if (prompt === undefined || index < last) own.push({ type: 'text', text: textOf(part) });
    }
    if (prompt !== undefined && index === last) own.push({ type: 'text', text: prompt });
    asked.push({ role, parts: tidy(own) });
  }
  return { turns: asked, system };
}

/** Neighbouring texts as one; the line break behind an image is what the chat writes itself. */
function tidy(parts: readonly Part[]): Part[] {
  const tidied: Part[] = [];
  for (const part of parts) {
    const before = tidied.at(-1);
    if (part.type === 'text' && before?.type === 'text') {
      tidied[tidied.length - 1] = { type: 'text', text: before.text + part.text };
    } else if (part.type === 'text' && before?.type === 'image') {
      const text = part.text.replace(/^\n/, '');
      if (text !== '') tidied.push({ type: 'text', text });
    } else tidied.push(part);
  }
  return tidied;
}

function textOf(part: Sample['turns'][number]['parts'][number]): string {
  switch (part.type) {
    case 'text':
    case 'opaque':
      return part.text;
    case 'ref':
      return `<ref>${part.text}</ref>`;
    case 'box': {
      const tag = part.kind ?? 'box';
      const numbers = part.boxes.map((box) => box.map((side) => Math.round(side * 1000)));
      return `<${tag}>${JSON.stringify(numbers).replaceAll(',', ', ')}</${tag}>`;
    }
    case 'image':
      return '';
  }
}
