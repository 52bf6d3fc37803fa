import { connectWebChat, finishedAnswer, type LoadProgress, type ModelToLoad } from '@internvl/chat/web';

interface Show {
  progress(progress: LoadProgress): void;
  text(text: string): void;
}

/** Loads a model in a worker, asks it about an image and shows the answer while it grows. */
export async function describeImage(model: ModelToLoad, image: Blob, show: Show) {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const host = await connectWebChat(worker);
  try {
    const chat = await host.load(model, { onProgress: show.progress, onNote: console.info });
    const conversation = chat.conversation({ maxTiles: 6 });
    const parts = [
      { type: 'image', image },
      { type: 'text', text: 'Describe the image.' },
    ] as const;
    for await (const event of conversation.ask(parts)) {
      if (event.type === 'text-delta') show.text(event.text);
    }
    // The image is known by now: only the question is computed.
    return await finishedAnswer(conversation.ask('Is there a triangle in the image?'));
  } finally {
    await host.dispose();
  }
}
