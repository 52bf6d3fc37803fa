import { fileURLToPath } from 'node:url';
import { type Chat, load, remoteChat } from '@internvl/chat/node';
import { createHandler, serve } from '@internvl/server/node';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Written for a model that is loaded here; where the model is makes no difference to it. */
async function describeShapes(chat: Chat): Promise<string> {
  const conversation = chat.conversation({ maxTiles: 6 });
  const image = here('../models/nano/samples/shapes-1.png');
  const question = { type: 'text', text: 'How many shapes are there?' } as const;
  let text = '';
  for await (const event of conversation.ask([{ type: 'image', image }, question])) {
    if (event.type === 'text-delta') text += event.text;
  }
  for await (const event of conversation.ask('Describe the image.')) {
    if (event.type === 'text-delta') text += event.text;
    if (event.type === 'answer-finished') {
      const { usage, backend } = event.answer;
      console.log(`${usage.inputTokens} tokens read, ${usage.cachedTokens} of them known, on ${backend}`);
    }
  }
  return text;
}

const local = await load(here('../models/nano'));
// Stands in for vLLM, LMDeploy or SGLang on a machine with GPUs.
const server = await serve(createHandler({ models: { nano: local } }), { port: 0 });

// The one line that changes: remoteChat instead of load.
const remote = await remoteChat({ baseUrl: `${server.url}/v1`, model: 'nano' });
const [there, near] = [await describeShapes(remote), await describeShapes(local)];
console.log(there);
if (there !== near) throw new Error(`the same model answered differently: ${near}`);

await remote.dispose();
await server.close();
await local.dispose();
