import { explain } from '../failures/explain.js';
import { element } from '../page/element.js';
import { bytes } from '../page/quantity.js';
import type { PageState } from '../state.js';
import type { Engine } from './engine.js';
import type { WantedModel } from './open-model.js';
import { fromStore, refreshStored } from './stored-models.js';

/** The models that this browser keeps: open one again without the network, or free its space. */
export function storedList(
  engine: Engine,
  state: PageState,
  open: (wanted: WantedModel) => void,
): HTMLElement {
  const list = element('ul', { class: 'stored' });
  const room = element('p', { class: 'hint' });
  const remove = async (id: string) => {
    try {
      const { models } = await engine.host();
      await models.remove(id);
    } catch (error) {
      state.failure.set(explain(error, { engine, state }));
    }
    await refreshStored(engine, state);
  };
  state.stored.watch((models) => {
    const rows = models.map((model) => {
      const wanted = fromStore(model);
      const { id, name, precision, complete } = model;
      return element(
        'li',
        {},
        element('span', { class: 'name' }, `${name} · ${precision}`),
        element('span', { text: (w) => `${bytes(model.bytes)}${complete ? '' : ` ${w.unfinished}`}` }),
        element('button', {
          type: 'button',
          disabled: !complete && wanted.source === undefined,
          text: (w) => (complete ? w.open : w.resume),
          'aria-label': (w) => `${complete ? w.open : w.resume} ${name}`,
          on: { click: () => open(wanted) },
        }),
        element('button', {
          type: 'button',
          text: (w) => w.remove,
          'aria-label': (w) => `${w.remove} ${name}`,
          on: { click: () => void remove(id) },
        }),
      );
    });
    list.replaceChildren(...rows);
    list.hidden = rows.length === 0;
  });
  state.device.watch((device) => {
    const storage = device?.storage;
    room.hidden = storage === undefined;
    if (storage)
      room.replaceChildren(
        element('span', { text: (w) => w.room(bytes(storage.usage), bytes(storage.quota)) }),
      );
  });
  return element('section', {}, element('h3', { text: (w) => w.storedModels }), list, room);
}
