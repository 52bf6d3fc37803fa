import './styles.css';
import { failureView } from './failures/failure-view.js';
import { watchHiddenTab } from './failures/hidden-tab.js';
import { noticeView } from './failures/notice-view.js';
import { listenForDrops } from './images/drop.js';
import { listenForPaste } from './images/image-input.js';
import { imagePanel } from './images/image-panel.js';
import { firstSample } from './images/samples.js';
import { Engine } from './model/engine.js';
import { loadingView } from './model/loading-view.js';
import { modelDialog } from './model/model-dialog.js';
import { openFirstModel } from './model/open-first-model.js';
import { registerServiceWorker } from './offline/register.js';
import { element } from './page/element.js';
import { startLanguage, words } from './page/language.js';
import { pageHeader } from './page/page-header.js';
import { pageState } from './state.js';
import { conversationPanel } from './talk/conversation-panel.js';

startLanguage();
document.title = words().title;

const state = pageState();
const engine = new Engine();
const images = imagePanel(state);
const dialog = modelDialog(engine, state);

document.body.append(
  pageHeader(state),
  element(
    'main',
    {},
    element('div', { class: 'messages' }, failureView(state), noticeView(state), loadingView(state)),
    images.element,
    conversationPanel(engine, state),
  ),
  dialog.element,
);

listenForPaste(images.add);
listenForDrops({ images: images.add, folder: (folder) => void dialog.offer(folder) });
watchHiddenTab(state);

registerServiceWorker(state);
const sample = await firstSample();
if (sample) images.add([sample]);
await openFirstModel(engine, state);
