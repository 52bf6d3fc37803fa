import type { WebModel } from '@internvl/checkpoint/web';
import { codeOf, explain, notACheckpoint } from '../failures/explain.js';
import { element, uniqueId } from '../page/element.js';
import type { PageState } from '../state.js';
import { checkpointOffer } from './checkpoint-offer.js';
import { type Engine, hub, setHub } from './engine.js';
import { checkpointFolder } from './folder.js';
import type { WantedModel } from './open-model.js';

/** A form for any checkpoint: a Hub id or a folder; says what it takes before anything large is read. */
export interface FindCheckpoint {
  readonly element: HTMLElement;
  /** Looks at a checkpoint that came another way: a folder that was dropped. */
  readonly inspect: (checkpoint: WebModel) => Promise<void>;
}

export function findCheckpoint(
  engine: Engine,
  state: PageState,
  open: (wanted: WantedModel) => void,
): FindCheckpoint {
  const ids = { model: uniqueId('model'), hub: uniqueId('hub') };
  const found = element('div', { 'aria-live': 'polite' });
  const model = element('input', {
    id: ids.model,
    required: true,
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: 'OpenGVLab/InternVL2-1B',
  });
  const address = element('input', { id: ids.hub, type: 'url', placeholder: 'https://huggingface.co' });
  address.value = hub();

  let looking: AbortController | undefined;
  const inspect = async (checkpoint: WebModel) => {
    looking?.abort();
    const mine = new AbortController();
    looking = mine;
    state.failure.set(undefined);
    found.replaceChildren(element('p', { class: 'status', text: (w) => w.lookingUp }));
    try {
      const host = await engine.host();
      const facts = await host.inspect(checkpoint, { signal: mine.signal });
      const openKept = (wanted: WantedModel) => {
        // What was downloaded should still be there when the disk gets full. Workers may not ask for it.
        void navigator.storage?.persist?.();
        open(wanted);
      };
      found.replaceChildren(checkpointOffer(checkpoint, facts, openKept));
    } catch (error) {
      if (mine.signal.aborted) return;
      found.replaceChildren();
      const retry = () => void inspect(checkpoint);
      const noFolder = typeof checkpoint !== 'string' && codeOf(error) === 'model-not-found';
      state.failure.set(
        noFolder ? notACheckpoint(error, folder.choose) : explain(error, { engine, state, retry }),
      );
    }
  };
  const lookUp = async () => {
    if (address.value !== hub()) {
      setHub(address.value);
      state.model.set(undefined);
      await engine.restart();
    }
    await inspect(model.value.trim());
  };

  const folder = checkpointFolder((chosen) => void inspect(chosen));
  const form = element(
    'form',
    {
      on: {
        submit: (event) => {
          event.preventDefault();
          void lookUp();
        },
      },
    },
    element('label', { for: ids.model, text: (w) => w.hubId }),
    element('div', { class: 'row' }, model, element('button', { type: 'submit', text: (w) => w.lookUp })),
    element(
      'details',
      {},
      element('summary', { text: (w) => w.hubAddress }),
      element('label', { for: ids.hub, class: 'hint', text: (w) => w.hubAddressHint }),
      address,
    ),
  );
  const section = element(
    'section',
    {},
    element('h3', { text: (w) => w.anotherModel }),
    form,
    folder.element,
    found,
  );
  return { element: section, inspect };
}
