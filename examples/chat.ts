import { fileURLToPath } from 'node:url';
import { finishedAnswer } from '@internvl/chat';
import { load } from '@internvl/chat/node';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const sample = (name: string) => here(`../models/nano/samples/${name}`);

const chat = await load(process.argv[2] ?? here('../models/nano'), {
  onNote: (note) => console.error(note),
});
try {
  // A conversation keeps its turns, and the model's cache of them: the second question costs only itself.
  const conversation = chat.conversation({ maxNewTokens: 32 });
  const questions = [
    [
      { type: 'image', image: sample('shapes-1.png') },
      { type: 'text', text: 'How many shapes are there?' },
    ],
    [{ type: 'text', text: '描述这张图片。' }],
    [
      { type: 'image', image: sample('sign-3.png') },
      { type: 'text', text: 'And what does this sign say?' },
    ],
  ] as const;
  for (const parts of questions) {
    const { prompt, text, usage } = await finishedAnswer(conversation.ask(parts));
    console.log(
      `${prompt.imageTokens} visual tokens, ${usage.cachedTokens} of ${usage.inputTokens} cached: ${text}`,
    );
  }
  await conversation.dispose();

  // Regions come back in pixels of the image.
  const where = [
    { type: 'image', image: sample('shapes-0.png') },
    { type: 'text', text: '请给出这句话所描述区域的边界框坐标：<ref>红色三角形</ref>' },
  ] as const;
  const grounded = await finishedAnswer(chat.answer([{ role: 'user', parts: where }]));
  for (const { label, left, top, right, bottom } of grounded.boxes) {
    console.log(`${label}: ${left}, ${top} to ${right}, ${bottom}`);
  }

  // Cancel at any point; what was thrown is what you threw.
  const controller = new AbortController();
  try {
    for await (const event of chat.answer([{ role: 'user', parts: where }], { signal: controller.signal })) {
      if (event.type === 'vision-progress') controller.abort('seen enough');
    }
  } catch (reason) {
    console.log(`ended: ${reason}`);
  }
} finally {
  await chat.dispose();
}
