import type { ModelConfig } from '../model-config.js';
import type { CheckpointFiles } from '../source/checkpoint.js';
import { readConfig } from './read-config.js';

/**
 * `readConfig` over a checkpoint's own files.
 *
 * @throws as `readConfig`; `file-missing` without `config.json`
 */
export async function readConfigFiles(files: CheckpointFiles): Promise<ModelConfig> {
  const optional = async (name: string) => (files.has(name) ? files.readJson(name) : undefined);
  return readConfig({
    config: await files.readJson('config.json'),
    preprocessor: await optional('preprocessor_config.json'),
    processor: await optional('processor_config.json'),
  });
}
