import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadTokenizer, type Tokenizer } from '@internvl/tokenizer';

/** The tokenizer of a checkpoint among the fixtures. */
export function tokenizerOf(checkpoint: string): Tokenizer {
  const folder = fileURLToPath(new URL(`../../../../fixtures/checkpoints/${checkpoint}/`, import.meta.url));
  const names = readdirSync(folder).filter((name) => /\.(json|model|txt)$/.test(name));
  return loadTokenizer(Object.fromEntries(names.map((name) => [name, readFileSync(folder + name)])));
}
