import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

const english =
  'The image shows a busy street market in the early morning, with several vendors arranging baskets of fruit while people walk past. A red sign above the second stall reads OPEN, and a bicycle leans on the wall to the left of it.';
const chinese =
  '图中是清晨一个热闹的街边市场，几位摊贩正在摆放一篮篮水果，行人从旁边走过。第二个摊位上方有一块红色的牌子，写着“营业中”，左边的墙上靠着一辆自行车。';

/** InternVL rows of two turns in English and Chinese, some 720 bytes each, the same for a count. */
export async function writeRows(path: string, rows: number): Promise<void> {
  await write(path, rows, (id, cut) =>
    JSON.stringify({
      id: `row-${id}`,
      image: `images/${Math.floor(id / 1000)}/${id % 1000}.jpg`,
      width: 640 + (cut % 60),
      height: 480 + (cut % 20),
      conversations: [
        {
          from: 'human',
          value: `<image>\nWhat is shown in picture number ${id}, and what does the sign say?`,
        },
        { from: 'gpt', value: `${english.slice(cut % 60)} ${id}` },
        { from: 'human', value: `请用中文描述第 ${id} 张图片。` },
        { from: 'gpt', value: `${chinese.slice(cut % 20)}${id}` },
      ],
    }),
  );
}

/** A table of English questions and Chinese answers. */
export async function writeTable(path: string, rows: number): Promise<void> {
  await write(
    path,
    rows,
    (id, cut) =>
      `${id},images/${id}.jpg,"What is shown in picture ${id}, please?","${chinese.slice(cut % 20)}"`,
    'id,image,question_en,answer_zh',
  );
}

async function write(
  path: string,
  rows: number,
  line: (id: number, cut: number) => string,
  head?: string,
): Promise<void> {
  const file = createWriteStream(path);
  let state = 12345;
  let pending = head === undefined ? '' : `${head}\n`;
  for (let id = 0; id < rows; id++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    pending += `${line(id, state >>> 16)}\n`;
    if (pending.length < 1 << 20) continue;
    if (!file.write(pending)) await once(file, 'drain');
    pending = '';
  }
  file.end(pending);
  await once(file, 'close');
}
