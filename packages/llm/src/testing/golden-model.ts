import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend } from '@internvl/backend';
import { convert, openCheckpoint } from '@internvl/checkpoint/node';
import { LanguageModel } from '../language-model.js';

/** The language model of a checkpoint folder on a backend; `close` frees it and removes what was converted. */
export async function goldenModel(
  folder: string,
  backend: Backend,
): Promise<{ readonly model: LanguageModel; close(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'internvl-llm-'));
  const checkpoint = await openCheckpoint(folder);
  try {
    const converted = await convert(checkpoint, { directory });
    const [embed, decoder] = await Promise.all(
      [converted.embed!, converted.decoder!].map((path) => backend.load({ path })),
    );
    const model = new LanguageModel({
      capabilities: backend.capabilities,
      embed: embed!,
      decoder: decoder!,
      spec: converted.config.llm!,
    });
    return {
      model,
      async close() {
        await model.dispose();
        await rm(directory, { recursive: true });
      },
    };
  } finally {
    await checkpoint.close();
  }
}
