import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { libraryPath } from './library-path.js';

let packageFolder: string;

/** The files of onnxruntime-node 1.30, and providers as its installer puts them beside. */
const files = [
  'linux/x64/libonnxruntime.so.1',
  'linux/x64/libonnxruntime_providers_cuda.so',
  'linux/x64/libonnxruntime_providers_shared.so',
  'linux/x64/onnxruntime_binding.node',
  'darwin/arm64/libonnxruntime.1.30.0.dylib',
  'darwin/arm64/libonnxruntime.1.dylib',
  'darwin/arm64/onnxruntime_binding.node',
  'win32/x64/DirectML.dll',
  'win32/x64/onnxruntime.dll',
  'win32/x64/onnxruntime_binding.node',
];

beforeAll(async () => {
  packageFolder = await mkdtemp(join(tmpdir(), 'onnxruntime-node-'));
  for (const file of files) {
    const path = join(packageFolder, 'bin', 'napi-v6', file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, '');
  }
});

afterAll(() => rm(packageFolder, { recursive: true }));

test.each([
  ['linux', 'x64', 'libonnxruntime.so.1'],
  ['darwin', 'arm64', 'libonnxruntime.1.dylib'],
  ['win32', 'x64', 'onnxruntime.dll'],
])('on %s %s it is %s', (platform, arch, name) => {
  const expected = join(packageFolder, 'bin', 'napi-v6', platform, arch, name);
  expect(libraryPath({ packageFolder, platform, arch })).toBe(expected);
});

test('a platform that it has nothing for is told, and so is a package that is not whole', () => {
  const missing = expect.objectContaining({ code: 'device-missing' });
  expect(() => libraryPath({ packageFolder, platform: 'sunos', arch: 'x64' })).toThrow(missing);
  expect(() => libraryPath({ packageFolder: join(packageFolder, 'none') })).toThrow(missing);
});

test('the installed package has one for this machine', () => {
  expect(libraryPath()).toContain(join(process.platform, process.arch));
});
