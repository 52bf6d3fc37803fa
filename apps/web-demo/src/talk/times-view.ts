import type { Answer } from '@internvl/chat';
import { element } from '../page/element.js';
import { duration, number } from '../page/quantity.js';
import type { AnswerTimes } from './answer-clock.js';

/** Where the time of an answer went, and what ran it. */
export function timesView(times: AnswerTimes, { backend, precision }: Answer): HTMLElement {
  const { tiles, promptTokens, cachedTokens, tokens } = times;
  const vision = tiles > 0 ? duration(times.visionPerTileMs) : undefined;
  const facts = [
    element('span', { text: (w) => w.times.decode(duration(times.decodeImageMs)) }),
    element('span', { text: (w) => (vision ? w.times.vision(tiles, vision) : w.times.visionKept) }),
    element('span', {
      text: (w) => w.times.prefill(number(promptTokens), number(cachedTokens), duration(times.prefillMs)),
    }),
    element('span', { text: (w) => w.times.tokens(number(tokens), number(times.tokensPerSecond, 1)) }),
    element('span', { class: 'runtime' }, `${backend} · ${precision}`),
  ];
  return element('div', { class: 'times' }, ...facts);
}
