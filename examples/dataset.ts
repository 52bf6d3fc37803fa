import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dataCard, describePlace } from '@internvl/dataset';
import { convertFiles, pairs } from '@internvl/dataset/node';

const samples = fileURLToPath(new URL('../models/nano/samples/', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'internvl-dataset-'));
try {
  // What people have: a table, as a spreadsheet saves it. One row lacks its answer.
  const table = join(folder, 'questions.csv');
  await writeFile(
    table,
    '\uFEFFid,image,question_en,answer_zh,license\r\n' +
      '1,page-6.png,"What does the page say?","一页\n文字",CC0-1.0\r\n' +
      '2,shapes-1.png,How many shapes are there?,三个,CC0-1.0\r\n' +
      '3,sign-3.png,What does the sign say?,,CC0-1.0\r\n',
  );

  // Pairs as they are read, whatever the size of the table.
  const read = pairs(table, {
    skipBad: true,
    onProblem: ({ place, message }) => console.log(`${describePlace(place)}: ${message}`),
  });
  for await (const { english_question, chinese_answer } of read) {
    console.log(JSON.stringify({ english_question, chinese_answer }));
  }

  // Training data: InternVL's annotations, then Parquet with the images in it.
  const rows = join(folder, 'train.jsonl');
  await convertFiles({ inputs: [table], out: rows, skipBad: true });
  console.log((await readFile(rows, 'utf8')).split('\n')[0]);
  const lineage = await convertFiles({ inputs: [rows], out: join(folder, 'train.parquet'), root: samples });
  const [parquet] = lineage.outputs;
  console.log(`Parquet: ${parquet?.samples} samples, ${parquet?.bytes} bytes`);
  const card = dataCard({ name: 'Three questions', license: 'CC0-1.0', fileFormat: 'parquet' }, lineage);
  console.log(card.split('\n').find((line) => line.includes('images')));
} finally {
  await rm(folder, { recursive: true });
}
