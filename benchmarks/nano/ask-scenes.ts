import { type Chat, finishedAnswer, type Turn } from '@internvl/chat';
import { isRight } from './right-answer.js';
import type { Question, Scene } from './scenes.js';

/** One question asked of the product. */
export interface Outcome extends Question {
  readonly scene: Scene;
  readonly answer: string;
  readonly right: boolean;
  readonly tiles: number;
  readonly inputTokens: number;
  /** Vision, prompt and answer, milliseconds by the clock; of the first question about an image, as later ones find its visual tokens. */
  readonly firstMs?: number;
}

/** Greedy answers to every question about the scenes, each the first of its conversation; `blind` leaves the image out. */
export async function askScenes(
  chat: Chat,
  scenes: readonly Scene[],
  { maxTiles, blind = false }: { readonly maxTiles?: number; readonly blind?: boolean } = {},
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const scene of scenes) {
    for (const [at, question] of scene.questions.entries()) {
      const text = { type: 'text', text: question.question } as const;
      const parts: Turn['parts'] = blind ? [text] : [{ type: 'image', image: scene.file }, text];
      const options = { maxNewTokens: 160, ...(maxTiles !== undefined && { maxTiles }) };
      const answer = await finishedAnswer(chat.answer([{ role: 'user', parts }], options));
      const { visionMs, prefillMs, decodeMs } = answer.timings;
      outcomes.push({
        ...question,
        scene,
        answer: answer.text,
        right: isRight(question, answer.text),
        tiles: answer.tiles.reduce((sum, { tiles }) => sum + tiles, 0),
        inputTokens: answer.usage.inputTokens,
        ...(at === 0 && { firstMs: visionMs + prefillMs + decodeMs }),
      });
    }
  }
  return outcomes;
}
