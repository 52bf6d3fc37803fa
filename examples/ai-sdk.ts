import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { languageModel } from '@internvl/ai-sdk';
import { load } from '@internvl/chat/node';
import { generateText, jsonSchema, Output, streamText } from 'ai';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Any chat: loaded here, in a browser's worker, or `remoteChat({ baseUrl, model })`.
const chat = await load(here('../models/nano'));
const model = languageModel(chat, { modelId: 'nano' });
const image = await readFile(here('../models/nano/samples/shapes-1.png'));

const stream = streamText({
  model,
  messages: [
    {
      role: 'user',
      content: [
        { type: 'image', image },
        { type: 'text', text: 'Describe the image.' },
      ],
    },
  ],
  providerOptions: { internvl: { maxTiles: 6 } },
});
for await (const text of stream.textStream) process.stdout.write(text);
const { inputTokens, outputTokens } = await stream.usage;
console.log(`\n${inputTokens} tokens read, ${outputTokens} written`);

// The answer cannot leave the schema. Nano has never seen JSON: its form is right, its number a guess.
const { output } = await generateText({
  model,
  messages: [
    {
      role: 'user',
      content: [
        { type: 'image', image },
        { type: 'text', text: 'How many shapes are there?' },
      ],
    },
  ],
  output: Output.object({
    schema: jsonSchema<{ shapes: number }>({
      type: 'object',
      properties: { shapes: { type: 'integer', minimum: 0, maximum: 9 } },
      required: ['shapes'],
      additionalProperties: false,
    }),
  }),
});
console.log(`${output.shapes} shapes`);

await chat.dispose();
