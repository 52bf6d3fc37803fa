/**
 * Writes SmolLM2-135M-Instruct, a trained language model, as a checkpoint in InternVL's layout, with a small vision tower of
 * random numbers: `write-checkpoint.ts CHECKPOINT [--gguf FILE] [--download FOLDER] [--python PATH]`. Then
 * `internvl chat CHECKPOINT --prompt …` answers as any checkpoint does; of images it sees noise.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fetchSmolLM2 } from './fetch-smollm2.js';
import { writeSmolLM2Checkpoint } from './smollm2-checkpoint.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    gguf: { type: 'string' },
    download: { type: 'string', default: join(tmpdir(), 'internvl-smollm2') },
    python: { type: 'string', default: 'python3' },
  },
});
const [folder] = positionals;
if (folder === undefined) {
  console.error('usage: write-checkpoint CHECKPOINT [--gguf FILE] [--download FOLDER] [--python PATH]');
  process.exitCode = 2;
} else {
  await writeSmolLM2Checkpoint(folder, values.gguf ?? (await fetchSmolLM2(values.download, values.python)));
}
