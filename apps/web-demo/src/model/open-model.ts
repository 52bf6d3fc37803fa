import type { ModelToLoad } from '@internvl/chat/web';
import { codeOf, explain, interrupted } from '../failures/explain.js';
import type { PageState } from '../state.js';
import type { Engine } from './engine.js';
import { rememberModel } from './last-model.js';
import { afterProgress, type LoadingState } from './loading-state.js';
import { refreshStored } from './stored-models.js';

/** A model the visitor wants. */
export interface WantedModel {
  readonly name: string;
  readonly model: ModelToLoad;
  /** Where it can be had again when the stored copy turns out to be damaged. */
  readonly source?: ModelToLoad | undefined;
}

/** Codes that mean: the stored copy is not what was written. */
const damage: readonly string[] = [
  'hash-mismatch',
  'size-mismatch',
  'file-missing',
  'model-unreadable',
  'manifest-unsupported',
];

/** Opens a model in place of the one that was open. Never throws: what goes wrong is told on the page. */
export async function openModel(engine: Engine, state: PageState, wanted: WantedModel): Promise<void> {
  const stop = new AbortController();
  const cancel = () => stop.abort(new DOMException('Cancelled.', 'AbortError'));
  const start: LoadingState = {
    name: wanted.name,
    status: 'starting',
    file: '',
    loaded: 0,
    total: 0,
    files: [],
    cancel,
  };
  const retry = () => void openModel(engine, state, wanted);
  const ours = () => state.loading.value?.cancel === cancel;
  const previous = state.model.value;
  state.loading.value?.cancel();
  state.answering.value?.abort();
  state.failure.set(undefined);
  state.loading.set(start);
  state.model.set(undefined);
  state.runtime.set(undefined);
  try {
    // Two models at once are more than many devices can hold.
    await previous?.chat.dispose();
    const host = await engine.host();
    const chat = await host.load(wanted.model, {
      signal: stop.signal,
      onProgress: (progress) => {
        if (ours()) state.loading.set(afterProgress(state.loading.value ?? start, progress));
      },
    });
    const { config } = chat.facts;
    state.tiling.set(config);
    state.maxTiles.set(config.dynamicTiles ? config.maxTiles : 1);
    state.runtime.set(chat.facts);
    state.model.set({ name: wanted.name, chat, reopen: retry });
    rememberModel(wanted.name);
  } catch (error) {
    // Another model was asked for meanwhile; its words are shown instead.
    if (!ours()) return;
    if (wanted.source && damage.includes(codeOf(error) ?? '')) {
      state.notice.set({ message: (w) => w.storedDamaged });
      return openModel(engine, state, { ...wanted, model: wanted.source, source: undefined });
    }
    state.failure.set(stop.signal.aborted ? interrupted(retry) : explain(error, { engine, state, retry }));
  } finally {
    if (ours()) state.loading.set(undefined);
    await refreshStored(engine, state);
  }
}
