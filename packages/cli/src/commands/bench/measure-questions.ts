import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Chat } from '@internvl/chat';
import type { RgbImage } from '@internvl/tiling';
import { encodePng } from '@internvl/tiling/node';
import { question, timedAnswer } from './ask.js';
import { variant } from './picture.js';
import { type Stage, stageOf } from './stage.js';

export interface QuestionOptions {
  readonly maxTiles: number;
  readonly runs: number;
  readonly newTokens: number;
  readonly signal: AbortSignal;
  readonly onRun: (done: number) => void;
}

/**
 * A question about an image that is new each time, and another about the same image: time to the first token, time of a tile, and how
 * long the event loop of the caller waited meanwhile.
 */
export async function measureQuestions(
  chat: Chat,
  image: RgbImage,
  { maxTiles, runs, newTokens, signal, onRun }: QuestionOptions,
): Promise<readonly (Stage | undefined)[]> {
  const times = { first: [] as number[], again: [] as number[], tile: [] as number[], stall: [] as number[] };
  let of = '';
  for (let run = 0; run < runs; run++) {
    const file = await encodePng(variant(image, run));
    const conversation = chat.conversation({ maxTiles, maxNewTokens: newTokens });
    const delay = monitorEventLoopDelay({ resolution: 1 });
    try {
      delay.enable();
      const parts = question('Describe the image.', file)[0]!.parts;
      const first = await timedAnswer(conversation.ask(parts, { signal }));
      const again = await timedAnswer(conversation.ask('What is in the middle of it?', { signal }));
      delay.disable();
      times.first.push(first.firstTokenMs);
      times.again.push(again.firstTokenMs);
      times.tile.push(...first.tileMs);
      times.stall.push(delay.max / 1e6);
      const { tiles, usage } = first.answer;
      of = `${tiles.reduce((sum, each) => sum + each.tiles, 0)} tiles, ${usage.inputTokens} tokens`;
    } finally {
      await conversation.dispose();
    }
    onRun(run + 1);
  }
  return [
    stageOf('vision-tile', 'a tile', times.tile),
    stageOf('first-token', of, times.first),
    stageOf('first-token-again', 'another question', times.again),
    stageOf('stall', 'longest wait of the event loop', times.stall),
  ];
}
