import type { PromptPart } from '@internvl/tokenizer/templates';
import type { PlacedTurn } from './prompt-style.js';

/**
 * What the reference's examples write around images: `<image>\n` for the only one of a conversation so far,
 * `Image-1: <image>\n` and so on where there are several, numbered over the conversation; `Frame1: <image>\n` for each
 * frame, numbered within its video. What was written for earlier turns never changes when later turns show more.
 *
 * Source: README of OpenGVLab/InternVL, "multi-image" and "video" examples.
 */
export function labelledParts(turns: readonly PlacedTurn[]): PromptPart[][] {
  let shown = 0;
  return turns.map(({ parts }) => {
    const before = shown;
    shown += parts.filter(({ type }) => type === 'image').length;
    const alone = shown === 1;
    let number = before;
    return parts.flatMap((part): PromptPart[] => {
      switch (part.type) {
        case 'text':
          return [part];
        case 'image':
          return [...(alone ? [] : [text(`Image-${++number}: `)]), part, text('\n')];
        case 'video':
          return Array.from({ length: part.frames }, (_, frame) => [
            text(`Frame${frame + 1}: `),
            { type: 'image', tiles: 1 } as const,
            text('\n'),
          ]).flat();
        default:
          return part satisfies never;
      }
    });
  });
}

/** Images where they stand, and nothing around them. */
export function bareParts(turns: readonly PlacedTurn[]): PromptPart[][] {
  return turns.map(({ parts }) =>
    parts.flatMap((part): PromptPart[] =>
      part.type === 'video'
        ? Array.from({ length: part.frames }, () => ({ type: 'image', tiles: 1 }))
        : [part],
    ),
  );
}

function text(label: string): PromptPart {
  return { type: 'text', text: label };
}
