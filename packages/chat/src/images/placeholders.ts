import { InternVLError } from '@internvl/backend';
import type { ImageInput, Turn } from '../turn.js';

/** One `<image>` of the prompt: an image, several read as one, or a frame of a video. */
export interface Placeholder {
  /** Index into the turns. */
  readonly turn: number;
  readonly images: readonly ImageInput[];
  /** A frame becomes one tile, whatever the options say. */
  readonly frame: boolean;
}

/**
 * The placeholders of a conversation in order, its turns checked.
 *
 * @throws `invalid-option` when the last turn is not a user's, a turn or part is of no known kind, an assistant shows
 *   images, or an image part or video is empty
 */
export function placeholders(turns: readonly Turn[]): Placeholder[] {
  if (turns.at(-1)?.role !== 'user') {
    throw refused(
      'a last turn of the user',
      turns.length === 0 ? 'no turns' : `one of '${turns.at(-1)?.role}'`,
    );
  }
  return turns.flatMap(({ role, parts }, turn) => {
    if (role !== 'user' && role !== 'assistant') throw refused("a role 'user' or 'assistant'", `'${role}'`);
    return parts.flatMap((part): Placeholder[] => {
      if (part.type === 'text') {
        if (typeof part.text !== 'string') throw refused('a text part with a text', typeof part.text);
        return [];
      }
      if (part.type !== 'image' && part.type !== 'video') {
        throw refused("a part of type 'text', 'image' or 'video'", `'${Object(part).type}'`);
      }
      if (role === 'assistant')
        throw refused('text alone in an assistant turn', `a part of type '${part.type}'`);
      const images: readonly ImageInput[] = part.type === 'video' ? part.frames : [part.image].flat();
      if (images.length === 0) throw refused(`a ${part.type} part that shows something`, 'an empty one');
      if (part.type === 'image') return [{ turn, images, frame: false }];
      return images.map((image) => ({ turn, images: [image], frame: true }));
    });
  });
}

function refused(expected: string, came: string): InternVLError {
  return new InternVLError('invalid-option', `Expected ${expected}, got ${came}; change the turns.`, {
    option: 'turns',
    expected,
    actual: came,
  });
}
