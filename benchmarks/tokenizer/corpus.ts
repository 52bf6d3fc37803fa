import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

export interface Corpus {
  /** About 4 kB each, as a question or an answer would be. */
  readonly texts: readonly string[];
  readonly bytes: number;
  readonly sha256: string;
}

const root = new URL('../../', import.meta.url);

/** The Chinese messages of a TypeScript that some tool of the workspace brings. */
function chinese(): string {
  const tool = createRequire(createRequire(root).resolve('@arethetypeswrong/cli/package.json'));
  const compiler = createRequire(tool.resolve('@arethetypeswrong/core')).resolve('typescript');
  return ['zh-cn', 'zh-tw']
    .map((language) => {
      const path = compiler.replace(/[^/]*$/, `${language}/diagnosticMessages.generated.json`);
      return Object.values(JSON.parse(readFileSync(path, 'utf8'))).join('\n');
    })
    .join('\n');
}

/** The Markdown of the packages that are installed. */
function english(): string {
  const folder = fileURLToPath(new URL('node_modules/.pnpm', root));
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .sort()
    .map((path) => readFileSync(`${folder}/${path}`, 'utf8'))
    .join('\n');
}

function cut(text: string, bytes: number): string {
  return Buffer.from(text).subarray(0, bytes).toString('utf8');
}

function sources(bytes: number): string[] {
  const first = cut(chinese(), Math.round(0.4 * bytes));
  return [first, cut(english(), bytes - Buffer.byteLength(first))];
}

/** So many bytes of text, Chinese and English in turns; or the first ones of a file. */
export function makeCorpus(bytes: number, file: string | undefined): Corpus {
  const parts = file ? [cut(readFileSync(file, 'utf8'), bytes)] : sources(bytes);
  // Of each as many texts, so that they take turns.
  const count = Math.round(bytes / 4000 / parts.length);
  const texts = Array.from({ length: count }, (_, index) =>
    parts.map((source) => {
      const at = (part: number) => Math.round((source.length * part) / count);
      return source.slice(at(index), at(index + 1)).normalize('NFC');
    }),
  ).flat();
  const all = Buffer.from(texts.join(''));
  return { texts, bytes: all.length, sha256: createHash('sha256').update(all).digest('hex') };
}
