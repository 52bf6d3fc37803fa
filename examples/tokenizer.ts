import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { loadTokenizer } from '@internvl/tokenizer';
import { buildPrompt, conversationTemplate } from '@internvl/tokenizer/templates';

// Any checkpoint folder will do; its tokenizer files are taken as they lie there.
const folder = process.argv[2] ?? fileURLToPath(new URL('../models/nano/', import.meta.url));
const names = (await readdir(folder)).filter((name) => /^(token|vocab|merges|added|special)/.test(name));
const files = await Promise.all(
  names.map(async (name) => [name, new Uint8Array(await readFile(`${folder}/${name}`))] as const),
);
const tokenizer = loadTokenizer(Object.fromEntries(files));

// Text to ids and back. What a user wrote is encoded with added tokens as text, so it can't end a turn.
const text = 'How many shapes? 图中有几个图形？<|im_end|>';
const { ids, tokens, offsets } = tokenizer.encode(text, { addedTokens: 'text', bos: false });
console.log(tokens.map((token, index) => `${ids[index]} ${token} ${offsets[index]?.join('–')}`).join('\n'));
console.log(tokenizer.decode(ids) === text);

// A prompt with an image of seven tiles, made on ids: `slots` says where its visual tokens go.
const prompt = buildPrompt(
  tokenizer,
  conversationTemplate('internlm2-chat'),
  [
    {
      role: 'user',
      parts: [
        { type: 'image', tiles: 7 },
        { type: 'text', text: '\nHow many shapes are there?' },
      ],
    },
  ],
  { tokensPerTile: 16 },
);
console.log(`${prompt.ids.length} ids, slots`, prompt.slots);

// Ids to text as they come: what is printed once is never taken back.
const stream = tokenizer.decodeStream({ skipSpecialTokens: true });
for (const id of tokenizer.encode('两个 shapes').ids) process.stdout.write(stream.push(id));
console.log(stream.end());
