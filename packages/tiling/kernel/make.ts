import { readFile, writeFile } from 'node:fs/promises';
import { assemble } from './assemble.js';

const binary = await assemble(await readFile(new URL('kernel.wat', import.meta.url), 'utf8'));
await writeFile(
  new URL('../src/kernel-binary.ts', import.meta.url),
  `/** \`kernel/kernel.wat\`, assembled by \`kernel/make.ts\`, in base64. */
export const kernelBinary =
  '${Buffer.from(binary).toString('base64')}';
`,
);
