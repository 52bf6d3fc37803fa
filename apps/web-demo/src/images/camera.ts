import { element } from '../page/element.js';

/**
 * Takes a photograph in a dialog. False where there is no camera or the visitor does not allow it: the file picker, which
 * opens the camera of a phone, is then the way.
 */
export async function photograph(take: (photo: File) => void): Promise<boolean> {
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  } catch {
    return false;
  }
  const video = element('video', { autoplay: true, playsinline: true, 'aria-label': (w) => w.camera });
  video.muted = true;
  video.srcObject = stream;
  const dialog = element(
    'dialog',
    { class: 'camera', 'aria-label': (w) => w.camera, on: { close: () => end() } },
    video,
    element(
      'div',
      { class: 'row' },
      element('button', {
        type: 'button',
        class: 'primary',
        text: (w) => w.takeIt,
        on: { click: () => void shoot() },
      }),
      element('button', { type: 'button', text: (w) => w.cancel, on: { click: () => dialog.close() } }),
    ),
  );
  const shoot = async () => {
    take(await frameOf(video));
    dialog.close();
  };
  const end = () => {
    for (const track of stream.getTracks()) track.stop();
    dialog.remove();
  };
  document.body.append(dialog);
  dialog.showModal();
  return true;
}

async function frameOf(video: HTMLVideoElement): Promise<File> {
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext('2d')!.drawImage(video, 0, 0);
  const photo = await canvas.convertToBlob({ type: 'image/png' });
  return new File([photo], 'photo.png', { type: photo.type });
}
