import type { Chat } from '@internvl/chat';
import type { Service } from '../service.js';

/** GET /v1/models. */
export function modelList({ models, startMs }: Service): object {
  return { object: 'list', data: models.names.map((name) => modelObject(name, models.check(name), startMs)) };
}

/** GET /v1/models/NAME. @throws 404 */
export function oneModel({ models, startMs }: Service, name: string): object {
  return modelObject(name, models.check(name), startMs);
}

/** What OpenAI tells, and what is of use here besides. */
function modelObject(name: string, { facts }: Chat, startMs: number): object {
  const { config, backend, precision } = facts;
  return {
    id: name,
    object: 'model',
    created: Math.floor(startMs / 1000),
    owned_by: 'internvl',
    architecture: config.architecture,
    backend,
    precision,
    max_model_len: config.llm?.maxPositions ?? null,
    max_dynamic_patch: config.maxTiles,
  };
}
