import type { StoredModel } from '@internvl/checkpoint/web';
import { explain } from '../failures/explain.js';
import type { PageState } from '../state.js';
import type { Engine } from './engine.js';
import { nano } from './nano.js';
import type { WantedModel } from './open-model.js';

/** Reads anew what the browser keeps, and how much room there is. */
export async function refreshStored(engine: Engine, state: PageState): Promise<void> {
  try {
    const host = await engine.host();
    state.stored.set(await host.models.list());
    state.device.set(await host.probe());
  } catch (error) {
    state.failure.set(explain(error, { engine, state }));
  }
}

const precisionNames = ['fp32', 'fp16', 'int8', 'q8', 'q4'] as const;

/** A stored model, and where it can be had again: names are Hub ids, but for the shipped one and local folders. */
export function fromStore({ id, name, precision, complete }: StoredModel): WantedModel {
  const checkpoint =
    name === nano.name ? nano.wanted.model.checkpoint : name.includes('/') ? name : undefined;
  const source = checkpoint && {
    checkpoint,
    precision: precisionNames.find((known) => known === precision),
  };
  return { name, model: complete || !source ? { stored: id } : source, source };
}
