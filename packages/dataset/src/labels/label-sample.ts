import type { Tokenizer } from '@internvl/tokenizer';
import type { ConversationTemplate, PromptPart, PromptTurn } from '@internvl/tokenizer/templates';
import { DatasetError } from '../error.js';
import type { Part, Sample } from '../sample/sample.js';
import { spellParts } from '../tags/spell-parts.js';
import { type LabelOptions, labelConversation } from './label-conversation.js';
import type { LabelledIds } from './labelled-ids.js';

/**
 * `labelConversation` of a sample. A leading system turn takes the place of the template's system message.
 *
 * @param tiles `[images]`: tiles of each image, its thumbnail included, as `planTiles` of `@internvl/tiling` counts them
 * @throws `turns-invalid` when turns don't alternate from user to assistant, when an image part has no image, and when an image has no
 * part; as `labelConversation`
 */
export function labelSample(
  tokenizer: Tokenizer,
  template: ConversationTemplate,
  sample: Sample,
  { tiles, ...options }: LabelOptions & { readonly tiles: readonly number[] },
): LabelledIds {
  const [first, ...others] = sample.turns;
  const system = first?.role === 'system' ? spellParts(first.parts) : undefined;
  const turns = system === undefined ? sample.turns : others;
  const shown = turns.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.type === 'image' ? [part.imageIndex] : [])),
  );
  if (new Set(shown).size !== sample.images.length || tiles.length !== sample.images.length) {
    throw invalid(
      sample,
      `each of its ${sample.images.length} images in a turn and counted, got ${shown.length} in turns and ${tiles.length} counted`,
    );
  }
  const prompt = turns.map(({ role, parts }, index): PromptTurn => {
    const expected = index % 2 === 0 ? 'user' : 'assistant';
    if (role !== expected) throw invalid(sample, `turn ${index + 1} to be of the ${expected}, got ${role}`);
    return { role, parts: promptParts(parts, tiles, sample) };
  });
  return labelConversation(
    tokenizer,
    system === undefined ? template : { ...template, systemMessage: system },
    prompt,
    options,
  );
}

/** Text between images, with its tags, and images as numbers of tiles. */
function promptParts(parts: readonly Part[], tiles: readonly number[], sample: Sample): PromptPart[] {
  const made: PromptPart[] = [];
  let text: Part[] = [];
  const flush = (): void => {
    if (text.length > 0) made.push({ type: 'text', text: spellParts(text) });
    text = [];
  };
  for (const part of parts) {
    if (part.type !== 'image') {
      if (part.type === 'opaque' && part.kind === 'video') throw videoUnsupported(sample);
      text.push(part);
      continue;
    }
    flush();
    const count = tiles[part.imageIndex];
    if (count === undefined)
      throw invalid(sample, `image ${part.imageIndex} among its images, got ${tiles.length}`);
    made.push({ type: 'image', tiles: count });
  }
  flush();
  return made;
}

function invalid({ id }: Sample, expected: string): DatasetError {
  return new DatasetError('turns-invalid', `Expected in sample ${id} ${expected}; validate the data first.`, {
    id,
  });
}

function videoUnsupported({ id }: Sample): DatasetError {
  return new DatasetError(
    'video-unsupported',
    `Expected text and images in sample ${id}, got a video; sample its frames and give them as images.`,
    { id },
  );
}
