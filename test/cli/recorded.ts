import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nano } from './run-cli.js';

/** What the reference's own `chat()` gave for the shipped checkpoint, right or wrong. */
export async function recorded(
  file: string,
  question: string,
): Promise<{ readonly ids: readonly number[]; readonly text: string }> {
  const samples: { file: string; turns: { question: string; ids: number[]; text: string }[] }[] = JSON.parse(
    await readFile(join(nano, 'samples', 'samples.json'), 'utf8'),
  );
  const sample = samples.find((entry) => entry.file === file);
  const turn = sample?.turns.find((entry) => entry.question === question);
  if (turn === undefined) throw new Error(`no record of '${question}' about ${file}`);
  return turn;
}
