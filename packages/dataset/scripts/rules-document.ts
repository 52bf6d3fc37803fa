import { readFile, writeFile } from 'node:fs/promises';
import { rulesDocument } from '../src/rules/rules-document.js';

// Writes the tables of docs/data-rules.md from the rules.
const path = new URL('../../../docs/data-rules.md', import.meta.url);
const text = await readFile(path, 'utf8');
await writeFile(
  path,
  text.replace(
    /(<!-- rules -->\n)[\s\S]*?(\n<!-- end of rules -->)/,
    (_, start: string, end: string) => `${start}${rulesDocument()}${end}`,
  ),
);
