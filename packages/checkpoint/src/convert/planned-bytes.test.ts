import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parsePrecision, precisionNames } from '../onnx/part-precisions.js';
import { openFolder } from '../source/open-folder.js';
import { fixtures } from '../testing/checkpoints.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { convertCached } from './convert.js';
import { plannedBytes } from './planned-bytes.js';

test.each(['v2-1b', 'v3-5-moe', 'hf-qwen2', 'vit-6b'])('the size of %s is known before', async (name) => {
  const cacheDirectory = await temporaryFolder();
  const checkpoint = await openFolder(join(fixtures, name), { cache: cacheDirectory });
  onTestFinished(() => checkpoint.close());
  for (const text of [...precisionNames, 'q8+q4+q4']) {
    const precision = parsePrecision(text);
    const { manifest } = await convertCached(checkpoint, { cacheDirectory, precision });
    expect(await plannedBytes(checkpoint.config, precision)).toBe(manifest.files[0]!.bytes);
  }
});
