import type { ModelConfig } from '@internvl/checkpoint';
import type { ModelFacts } from '../chat.js';
import { unsupported } from './unsupported.js';

export interface KnownFacts {
  readonly backend: string;
  readonly precision: string;
  readonly loadMs: number;
}

/** What is known of a model that lives elsewhere. */
export class RemoteFacts implements ModelFacts {
  /** `'remote:vllm'`; of an `@internvl/server`, with what runs there: `'remote:ort-node:cpu'`. */
  readonly backend: string;
  /** As the server tells it, else `'unknown'`. */
  readonly precision: string;
  /** Milliseconds that connecting took. */
  readonly loadMs: number;
  readonly #config: ModelConfig | undefined;

  constructor({ backend, precision, loadMs }: KnownFacts, config: ModelConfig | undefined) {
    this.backend = backend;
    this.precision = precision;
    this.loadMs = loadMs;
    this.#config = config;
  }

  /** @throws `remote-unsupported` where no `config` was given */
  get config(): ModelConfig {
    if (this.#config) return this.#config;
    throw unsupported(
      "the model's config",
      'remote',
      'pass it as `config`: readConfig of @internvl/checkpoint reads one',
    );
  }
}
