import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  clean,
  describeFinding,
  describeStatistics,
  describeSummary,
  statistics,
  validate,
} from '@internvl/dataset';
import { dataFiles, imageSizes, validateInputs } from '@internvl/dataset/node';

const samples = fileURLToPath(new URL('../models/nano/samples/', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'check-data-'));
const file = join(folder, 'rows.jsonl');
const row = (id: number, question: string, answer: string, lang: string) =>
  JSON.stringify({
    id,
    image: 'shapes-0.png',
    lang,
    conversations: [
      { from: 'human', value: `<image>\n${question}` },
      { from: 'gpt', value: answer },
    ],
  });
await writeFile(
  file,
  [
    row(1, 'What is on the left?', '<ref>A ring</ref><box>[[120, 80, 400, 360]]</box>', 'en'),
    row(2, '左边是什么？', '一个圆环', 'zh'),
    row(3, '左边是什么？', 'A ring on the left.<|im_end|>', 'zh'),
    row(4, 'What is on the left?', '<ref>A ring</ref><box>[[120,80,400,360]]</box>', 'en'),
    row(5, 'How many shapes are there?', 'There are 3', 'en').slice(0, -4),
  ].join('\n'),
);

// What is wrong, where, and how to mend it. Nothing is thrown for a bad row, and none is passed over.
const run = validate(validateInputs([file], { root: samples }));
for (let next = await run.next(); ; next = await run.next()) {
  if (next.done) {
    console.log(describeSummary(next.value));
    break;
  }
  if (next.value.type === 'finding') {
    console.log(describeFinding(next.value.finding));
    console.log(`  → ${next.value.finding.fix}`);
  }
}

// Duplicates, loops and personal data go, and each says why.
for await (const { readings } of dataFiles([file], { root: samples })) {
  for await (const { place, kept, verdicts } of clean(readings, {
    repetition: 'own',
    personalData: 'redact',
  })) {
    console.log(
      `line ${place.line}: ${kept ? 'kept' : 'out'} ${verdicts.map(({ message }) => message).join(' ')}`,
    );
  }
}

// Tiles, languages, answers; with a tokenizer also tokens (see the option budget).
console.log(
  describeStatistics(await statistics(dataFiles([file], { root: samples }), { imageSize: imageSizes() })),
);
await rm(folder, { recursive: true });
