import type { ModelToLoad } from '@internvl/chat/web';
import type { StoredModel, WebModel } from '@internvl/checkpoint/web';
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
    // What is told already has a better next step.
    if (!state.failure.value) state.failure.set(explain(error, { engine, state }));
  }
}

/** A stored model, and where it can be had again if it is damaged or unfinished. */
export function fromStore({ id, name, precision, complete }: StoredModel): WantedModel {
  const checkpoint = sourceOf(name);
  const source: ModelToLoad | undefined = checkpoint === undefined ? undefined : { checkpoint, precision };
  return { name, model: complete || !source ? { stored: id } : source, source };
}

/** Names are Hub ids, but for the shipped checkpoint and for folders, which have to be chosen again. */
function sourceOf(name: string): WebModel | undefined {
  if (name === nano.name) return nano.wanted.model.checkpoint;
  return name.includes('/') ? name : undefined;
}
