import type { GenerationOptions } from '@internvl/chat';
import { badRequest } from '../api-error.js';
import type { Fields } from './fields.js';

/** Reads how tokens are chosen: OpenAI's members, and those that vLLM and LMDeploy add. @throws 400 */
export function readSampling(fields: Fields): GenerationOptions {
  return {
    temperature: fields.number('temperature', { least: 0, most: 2 }),
    topP: fields.number('top_p', { least: 0, most: 1 }),
    presencePenalty: fields.number('presence_penalty', { least: -2, most: 2 }),
    frequencyPenalty: fields.number('frequency_penalty', { least: -2, most: 2 }),
    topK: offBelowOne(fields.number('top_k', { least: -1, whole: true })),
    minP: fields.number('min_p', { least: 0, most: 1 }),
    repetitionPenalty: aboveZero(
      fields,
      'repetition_penalty',
      fields.number('repetition_penalty', { least: 0, most: 10 }),
    ),
    seed: fields.number('seed', {
      least: Number.MIN_SAFE_INTEGER,
      most: Number.MAX_SAFE_INTEGER,
      whole: true,
    }),
    stop: readStop(fields),
  };
}

const MOST_STOPS = 16;

function readStop(fields: Fields): readonly string[] | undefined {
  const value = fields.raw('stop');
  if (value === undefined) return undefined;
  const stops = typeof value === 'string' ? [value] : (fields.list('stop', MOST_STOPS) ?? []);
  return stops.map((stop, index) => {
    const where = typeof value === 'string' ? 'stop' : `stop[${index}]`;
    if (typeof stop !== 'string') throw badRequest('invalid_type', where, `Expected ${where} as a string.`);
    if (stop === '') {
      throw badRequest(
        'invalid_value',
        where,
        `Expected ${where} as a text, got an empty one; it would end every answer.`,
      );
    }
    return stop;
  });
}

/** vLLM says 0 or -1 for all tokens. */
function offBelowOne(topK: number | undefined): number | undefined {
  return topK === undefined || topK < 1 ? undefined : topK;
}

function aboveZero(fields: Fields, name: string, value: number | undefined): number | undefined {
  if (value !== 0) return value;
  throw badRequest('invalid_value', fields.at(name), `Expected ${fields.at(name)} above 0, got 0.`);
}
