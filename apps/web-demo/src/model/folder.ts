import type { WebModel } from '@internvl/checkpoint/web';
import { element } from '../page/element.js';

export interface FolderButton {
  readonly element: HTMLElement;
  /** Opens the folder picker. */
  readonly choose: () => void;
}

/** Takes a checkpoint folder of this computer: read where it lies, nothing is uploaded. */
export function checkpointFolder(take: (folder: WebModel) => void): FolderButton {
  const input = element('input', {
    type: 'file',
    webkitdirectory: true,
    multiple: true,
    hidden: true,
    on: {
      change: () => {
        const files = [...(input.files ?? [])];
        input.value = '';
        if (files.length > 0) take(files);
      },
    },
  });
  const choose = () => input.click();
  const whole = element(
    'div',
    { class: 'row' },
    element('button', { type: 'button', text: (w) => w.chooseFolder, on: { click: choose } }),
    element('span', { class: 'hint', text: (w) => w.folderHint }),
    input,
  );
  return { element: whole, choose };
}
