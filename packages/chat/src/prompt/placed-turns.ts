import type { Turn } from '../turn.js';
import type { PlacedPart, PlacedTurn } from './prompt-style.js';

/** Turns with tile counts instead of images; `tiles` has one count for each placeholder, in order. */
export function placedTurns(turns: readonly Turn[], tiles: readonly number[]): PlacedTurn[] {
  let placeholder = 0;
  return turns.map(({ role, parts }) => ({
    role,
    parts: parts.map((part): PlacedPart => {
      if (part.type === 'text') return { type: 'text', text: part.text };
      if (part.type === 'image') return { type: 'image', tiles: tiles[placeholder++]! };
      placeholder += part.frames.length;
      return { type: 'video', frames: part.frames.length };
    }),
  }));
}
