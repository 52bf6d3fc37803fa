import type { PageState } from '../state.js';
import type { Engine } from './engine.js';
import { lastModel } from './last-model.js';
import { nano } from './nano.js';
import { openModel } from './open-model.js';
import { fromStore, refreshStored } from './stored-models.js';

/** Opens what was open last time, or the model that comes with the page. */
export async function openFirstModel(engine: Engine, state: PageState): Promise<void> {
  await refreshStored(engine, state);
  const complete = state.stored.value.filter((model) => model.complete);
  const stored =
    complete.find(({ name }) => name === lastModel()) ?? complete.find(({ name }) => name === nano.name);
  await openModel(engine, state, stored ? fromStore(stored) : nano.wanted);
}
