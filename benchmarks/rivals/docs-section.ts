import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';

/** Replaces what lies between `<!-- NAME -->` and `<!-- /NAME -->` in a page. @throws when the page has no such place */
export async function writeSection(page: string, name: string, lines: readonly string[]): Promise<void> {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const text = await readFile(page, 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${basename(page)} has no place ${begin} … ${end}`);
  await writeFile(
    page,
    [text.slice(0, from + begin.length), '', '', ...lines, '', text.slice(to)]
      .join('\n')
      .replace(`${begin}\n\n\n`, `${begin}\n\n`),
  );
}

/** A table of Markdown. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
