import { execFile } from 'node:child_process';
import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A package on PyPI whose source has llama.cpp in it, with the vision towers that node-llama-cpp leaves out. */
const requirement = 'llama-cpp-python==0.3.36';
const source = fileURLToPath(new URL('contestants/llama-clip.cpp', import.meta.url));

/**
 * Builds llama.cpp's vision part for this processor and the contestant around it, once: takes cmake, a C++ compiler and some ten
 * minutes. Nothing is installed.
 *
 * @returns the program
 */
export async function buildClip(folder: string, python: string, threads: number): Promise<string> {
  const program = join(folder, 'llama-clip');
  if (await stat(program).catch(() => undefined)) return program;
  await mkdir(folder, { recursive: true });
  const options = { cwd: folder, maxBuffer: 64 << 20 };
  await run(python, ['-m', 'venv', 'python'], options);
  const pip = join(folder, 'python/bin/pip');
  // Its own build tool tells pip what it is called; nothing else of it is run.
  await run(pip, ['install', '--quiet', 'scikit-build-core'], options);
  await run(
    pip,
    ['download', '--no-deps', '--no-binary', ':all:', '--no-build-isolation', requirement],
    options,
  );
  const archive = (await readdir(folder)).find((name) => name.endsWith('.tar.gz'));
  if (archive === undefined) throw new Error(`pip left no source of ${requirement}`);
  await run('tar', ['xzf', archive], options);
  const tree = join(folder, archive.replace('.tar.gz', ''), 'vendor/llama.cpp');
  const settings = {
    CMAKE_BUILD_TYPE: 'Release',
    GGML_NATIVE: 'ON',
    BUILD_SHARED_LIBS: 'ON',
    LLAMA_CURL: 'OFF',
    LLAMA_BUILD_TESTS: 'OFF',
    LLAMA_BUILD_EXAMPLES: 'OFF',
    LLAMA_BUILD_SERVER: 'OFF',
  };
  const flags = Object.entries(settings).map(([name, value]) => `-D${name}=${value}`);
  await run('cmake', ['-S', tree, '-B', 'build', ...flags], options);
  await run('cmake', ['--build', 'build', '--target', 'mtmd', '-j', String(threads)], options);
  const libraries = join(folder, 'build/bin');
  const includes = ['include', 'ggml/include', 'tools/mtmd'].map((path) => `-I${join(tree, path)}`);
  const partial = `${program}.partial`;
  const link = [`-L${libraries}`, `-Wl,-rpath,${libraries}`, '-lmtmd', '-lllama', '-lggml', '-lggml-base'];
  await run('c++', ['-O2', '-std=c++17', ...includes, source, '-o', partial, ...link], options);
  await rename(partial, program);
  return program;
}
