import { failureView } from '../failures/failure-view.js';
import { element } from '../page/element.js';
import type { PageState } from '../state.js';
import { deviceView } from './device-view.js';
import type { Engine } from './engine.js';
import { type FindCheckpoint, findCheckpoint } from './find-checkpoint.js';
import { openModel, type WantedModel } from './open-model.js';
import { storedList } from './stored-list.js';

export interface ModelDialog {
  readonly element: HTMLDialogElement;
  /** Shows what a checkpoint takes, in the open dialog. */
  readonly offer: FindCheckpoint['inspect'];
}

/** Where a model is chosen: a stored one, any of the Hub, a folder; beside it what this device can run. */
export function modelDialog(engine: Engine, state: PageState): ModelDialog {
  const open = (wanted: WantedModel) => {
    dialog.close();
    void openModel(engine, state, wanted);
  };
  const find = findCheckpoint(engine, state, open);
  const dialog = element(
    'dialog',
    { 'aria-labelledby': 'model-title', on: { close: () => state.choosing.set(false) } },
    element(
      'header',
      {},
      element('h2', { id: 'model-title', text: (w) => w.chooseModel }),
      element(
        'button',
        {
          type: 'button',
          class: 'close',
          'aria-label': (w) => w.close,
          on: { click: () => dialog.close() },
        },
        '×',
      ),
    ),
    failureView(state),
    storedList(engine, state, open),
    find.element,
    deviceView(state),
  );
  state.choosing.watch((choosing) => {
    if (choosing && !dialog.open) dialog.showModal();
    if (!choosing) dialog.close();
  });
  return {
    element: dialog,
    offer: async (checkpoint) => {
      state.choosing.set(true);
      await find.inspect(checkpoint);
    },
  };
}
