import { connectWebChat, finishedAnswer, type ModelToLoad, type Turn } from '../web.js';

/** A page's program: the smallest that answers. */
export async function answerOnce(
  worker: Worker,
  model: ModelToLoad,
  turns: readonly Turn[],
): Promise<string> {
  const host = await connectWebChat(worker);
  const chat = await host.load(model);
  try {
    const { text } = await finishedAnswer(chat.answer(turns));
    return text;
  } finally {
    await host.dispose();
  }
}
