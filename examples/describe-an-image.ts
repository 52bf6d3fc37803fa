import { fileURLToPath } from 'node:url';
import { load } from '@internvl/chat/node';

// Any InternVL: a folder as Hugging Face publishes it, or a Hub id such as 'OpenGVLab/InternVL2-1B'. Nano ships with us.
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const [model = here('../models/nano'), image = here('../models/nano/samples/shapes-0.png')] =
  process.argv.slice(2);

const chat = await load(model);
try {
  const question = [
    {
      role: 'user',
      parts: [
        { type: 'image', image },
        { type: 'text', text: 'Describe the image.' },
      ],
    },
  ] as const;
  for await (const event of chat.answer(question)) {
    if (event.type === 'image-tiled') {
      console.log(`${event.width} × ${event.height} pixels → ${event.columns} × ${event.rows} tiles`);
    }
    if (event.type === 'text-delta') process.stdout.write(event.text);
    if (event.type === 'answer-finished') {
      const { usage, timings, backend } = event.answer;
      const seconds = (timings.visionMs + timings.prefillMs + timings.decodeMs) / 1000;
      console.log(`\n${usage.outputTokens} tokens in ${seconds.toFixed(2)} s on ${backend}`);
    }
  }
} finally {
  await chat.dispose();
}
