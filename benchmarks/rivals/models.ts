import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { parsePrecision } from '@internvl/checkpoint';
import { convert, openFolder } from '@internvl/checkpoint/node';
import { writeConfigFiles } from '../full-size/config-files.js';
import { tensorShapes } from '../full-size/shape.js';
import { writeRandomWeights } from '../full-size/write-checkpoint.js';
import { type LanguageGgufOptions, writeLanguageGguf } from './gguf/language-model-gguf.js';
import { writeVisionGguf } from './gguf/vision-gguf.js';
import { type TransformersGraphOptions, writeTransformersModel } from './transformers-graph.js';

const merges = fileURLToPath(new URL('../../fixtures/tokenizers/qwen2/merges.txt.gz', import.meta.url));

/**
 * The same random weights, of InternVL2-1B's shape, in the format of every contestant. Each is made when it is asked for first and kept in
 * the work folder; one that was not finished is made again.
 */
export class Models {
  readonly #work: string;

  constructor(work: string) {
    this.#work = work;
  }

  /** The checkpoint as Hugging Face publishes one, 1.9 GB. */
  checkpoint(): Promise<string> {
    return this.#made('checkpoint', async (folder) => {
      const tokenizer = join(this.#work, 'tokenizer');
      await mkdir(tokenizer, { recursive: true });
      await writeFile(join(tokenizer, 'merges.txt'), gunzipSync(await readFile(merges)));
      await mkdir(folder, { recursive: true });
      await writeConfigFiles(folder, tokenizer, 'bfloat16');
      await writeRandomWeights(folder, tensorShapes(), { dtype: 'BF16', shardBytes: 1e9 });
    });
  }

  /** A conversion of ours. */
  converted(precision: string): Promise<string> {
    return this.#made(`ours-${precision}`, (directory) =>
      this.#read(async (checkpoint) => {
        await convert(checkpoint, { directory, precision: parsePrecision(precision) });
      }),
    );
  }

  /** The language model for llama.cpp. */
  gguf(name: string, options: LanguageGgufOptions): Promise<string> {
    return this.#made(`${name}.gguf`, (path) =>
      this.#read((checkpoint) => writeLanguageGguf(checkpoint, path, options)),
    );
  }

  /** Vision tower and projector for llama.cpp. */
  visionGguf(): Promise<string> {
    return this.#made('mmproj.gguf', (path) => this.#read((checkpoint) => writeVisionGguf(checkpoint, path)));
  }

  /** The language model for transformers.js: a folder. */
  transformers(name: string, options: TransformersGraphOptions): Promise<string> {
    return this.#made(`transformers-${name}`, (folder) =>
      this.#read((checkpoint) => writeTransformersModel(checkpoint, folder, options)),
    );
  }

  async #read(use: (checkpoint: Awaited<ReturnType<typeof openFolder>>) => Promise<void>): Promise<void> {
    const checkpoint = await openFolder(await this.checkpoint());
    try {
      await use(checkpoint);
    } finally {
      await checkpoint.close();
    }
  }

  async #made(name: string, make: (path: string) => Promise<void>): Promise<string> {
    const path = join(this.#work, name);
    if (await stat(path).catch(() => undefined)) return path;
    const partial = `${path}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(this.#work, { recursive: true });
    process.stderr.write(`making ${name}\n`);
    await make(partial);
    await rename(partial, path);
    return path;
  }
}
