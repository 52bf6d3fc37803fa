import { fileURLToPath } from 'node:url';
import { finishedAnswer } from '@internvl/chat';
import { load } from '@internvl/chat/node';

const schema = {
  type: 'object',
  properties: {
    shapes: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          kind: { enum: ['circle', 'square', 'triangle'] },
          colour: { type: 'string', pattern: '^[a-z]{3,8}$' },
        },
        required: ['kind', 'colour'],
      },
      minItems: 1,
      maxItems: 3,
    },
    certainty: { type: 'number', minimum: 0, maximum: 1 },
  },
  required: ['shapes', 'certainty'],
};

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const image = here('../models/nano/samples/shapes-1.png');
const turns = [
  {
    role: 'user',
    parts: [
      { type: 'image', image },
      { type: 'text', text: 'Which shapes are in the image?' },
    ],
  },
] as const;

const chat = await load(here('../models/nano'));
try {
  // Whatever the model would rather say, this parses, and is valid by the schema.
  const { text } = await finishedAnswer(chat.answer(turns, { responseFormat: { type: 'json', schema } }));
  console.log(JSON.parse(text));

  // A grammar leaves the choice to the model, and nothing else; logprobs tell how it weighed them.
  const grammar = 'root ::= "yes" | "no"';
  const { text: verdict, logprobs } = await finishedAnswer(
    chat.answer(turns, { responseFormat: { type: 'grammar', grammar }, logprobs: 3 }),
  );
  console.log(
    verdict,
    logprobs?.[0]?.top.map(({ text, logprob }) => [text, logprob.toFixed(2)]),
  );
} finally {
  await chat.dispose();
}
