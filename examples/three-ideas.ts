import { fileURLToPath } from 'node:url';
import type { ImageInput } from '@internvl/chat';
import { type Chat, load } from '@internvl/chat/node';
import { pairs } from '@internvl/dataset';

// A strong vision encoder: image → last_hidden_state[:, 0, :], one row per tile; here one tile.
const embed = async (chat: Chat, image: ImageInput) => {
  for await (const tile of chat.features(image, { maxTiles: 1 })) return tile.classEmbedding;
  throw new Error('an image has at least one tile');
};

// Dynamic high resolution: every tile as soon as it is ready, the crop and its class embedding.
async function* dynamicHighResolution(chat: Chat, image: ImageInput) {
  for await (const { image: crop, classEmbedding } of chat.features(image))
    yield { image: crop, output: classEmbedding };
}

// The bilingual data set: an English question and its Chinese answer from each row of a table.
const bilingual = (csv: Blob) => pairs(csv);

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const chat = await load(here('../models/nano'));
try {
  const image = here('../models/nano/samples/page-6.png');
  const { dims, data } = await embed(chat, image);
  console.log(`class embedding [${dims}], begins ${data.slice(0, 3)}`);
  for await (const { image: crop, output } of dynamicHighResolution(chat, image)) {
    console.log(
      `tile of ${crop.width} × ${crop.height} pixels → [${output.dims}], begins ${output.data.slice(0, 3)}`,
    );
  }
} finally {
  await chat.dispose();
}

const table = new Blob(['English Questions,Chinese Answers\nHow many shapes are there?,三个\n']);
for await (const { english_question, chinese_answer } of bilingual(table)) {
  console.log(JSON.stringify({ english_question, chinese_answer }));
}
