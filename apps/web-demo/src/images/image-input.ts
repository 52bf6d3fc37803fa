import { element } from '../page/element.js';
import { photograph } from './camera.js';

/** Takes files the visitor chose. */
export type TakeFiles = (files: readonly File[]) => void;

export interface ImageButtons {
  readonly element: HTMLElement;
  /** Opens the file picker. */
  readonly choose: () => void;
}

/** Buttons that open the file picker and the camera. */
export function imageButtons(take: TakeFiles): ImageButtons {
  const files = fileInput({ multiple: true }, take);
  const camera = fileInput({ capture: 'environment' }, take);
  const choose = () => files.click();
  const shoot = async () => {
    if (!(await photograph((photo) => take([photo])))) camera.click();
  };
  return {
    choose,
    element: element(
      'div',
      { class: 'row' },
      element('button', { type: 'button', text: (w) => w.chooseImages, on: { click: choose } }),
      element('button', { type: 'button', text: (w) => w.takePhoto, on: { click: () => void shoot() } }),
      files,
      camera,
    ),
  };
}

function fileInput(attributes: { multiple?: true; capture?: string }, take: TakeFiles): HTMLInputElement {
  const input = element('input', {
    type: 'file',
    accept: 'image/*',
    hidden: true,
    ...attributes,
    on: {
      change: () => {
        take([...(input.files ?? [])]);
        // The same file may be chosen again.
        input.value = '';
      },
    },
  });
  return input;
}

/** Images from the clipboard, wherever on the page they are pasted. */
export function listenForPaste(take: TakeFiles): void {
  document.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    take(files);
  });
}
