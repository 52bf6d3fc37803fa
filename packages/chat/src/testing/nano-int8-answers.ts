import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** What nano says in Node when its weights have eight bits. */
    nanoInt8: readonly NanoInt8Answer[];
  }
}

export interface NanoInt8Answer {
  readonly file: string;
  readonly question: string;
  readonly ids: readonly number[];
}

/** Set-up of the browser tests: asks nano in Node what it will be asked in the browser. */
export default async function nanoInt8Answers(project: TestProject): Promise<void> {
  const folder = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
  const program = fileURLToPath(new URL('ask-nano-int8.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '--conditions=@internvl/source',
      '--import',
      'tsx',
      program,
      folder('models/nano/'),
      folder('node_modules/.cache/internvl'),
    ],
    { maxBuffer: 2 ** 24 },
  );
  project.provide('nanoInt8', JSON.parse(stdout));
}
