import type { CheckpointFacts } from '@internvl/chat/web';
import type { WebModel } from '@internvl/checkpoint/web';
import { element, uniqueId } from '../page/element.js';
import { bytes, number } from '../page/quantity.js';
import type { WantedModel } from './open-model.js';
import { reasonWords } from './reason-words.js';

/** What a checkpoint is, what it takes, what this device would run it with; and the button that fetches it. */
export function checkpointOffer(
  checkpoint: WebModel,
  facts: CheckpointFacts,
  open: (wanted: WantedModel) => void,
): HTMLElement {
  const { name, config, checkpointBytes, precisions, choice } = facts;
  const remote = typeof checkpoint === 'string';
  const id = uniqueId('precision');
  const choices = element(
    'select',
    { id },
    ...precisions.map(({ precision, weightBytes, fits }) =>
      element('option', { value: precision, disabled: !fits }, `${precision} · ${bytes(weightBytes)}`),
    ),
  );
  choices.value = choice.precision;
  const source = () => ({ checkpoint, precision: precisions[choices.selectedIndex]?.precision });
  return element(
    'div',
    { class: 'offer' },
    element('p', {}, element('strong', {}, name), ` · ${config.architecture}`),
    element('p', {
      text: (w) =>
        w.checkpointSizes(
          bytes(checkpointBytes),
          remote,
          config.tileSize,
          config.tokensPerTile,
          number(config.llm?.maxPositions ?? 0),
        ),
    }),
    ...(config.llm ? [] : [element('p', { text: (w) => w.noLanguageModel })]),
    element('ul', { class: 'reasons' }, ...reasonWords(choice).map((text) => element('li', { text }))),
    element(
      'div',
      { class: 'row' },
      element('label', { for: id, text: (w) => w.precision }),
      choices,
      element('button', {
        type: 'button',
        class: 'primary',
        disabled: !choice.fits || !config.llm,
        text: (w) => (remote ? w.downloadAndOpen : w.convertAndOpen),
        on: {
          click: () => open({ name, model: source(), source: remote ? source() : undefined }),
        },
      }),
    ),
  );
}
