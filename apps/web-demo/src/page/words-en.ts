/** Every sentence of the page in English; its type is what every other language has to have. */
export const en = {
  title: 'InternVL in your browser',
  subtitle: 'A vision language model on this device. Images and questions never leave it.',
  language: 'Language',
  theme: 'Colours',
  themes: { auto: 'Auto', light: 'Light', dark: 'Dark' },
  skip: 'Skip to the question',

  images: 'Images',
  noImages: 'Drop images here, paste them, or choose some.',
  chooseImages: 'Choose images',
  takePhoto: 'Take a photo',
  takeIt: 'Take it',
  camera: 'Camera',
  samples: 'Samples',
  sample: (index: number) => `Sample image ${index}`,
  showImage: (index: number, name: string) => `Show image ${index}, ${name}`,
  removeImage: (index: number, name: string) => `Remove image ${index}, ${name}`,
  thumbnail: 'The whole image as one more tile',
  maxTiles: 'Most tiles',
  maxTilesValue: (tiles: number) => (tiles === 1 ? '1 tile' : `at most ${tiles} tiles`),
  grid: (columns: number, rows: number, size: number, thumbnail: boolean) =>
    `${columns} × ${rows} tiles of ${size} pixels${thumbnail ? ' and a thumbnail' : ''}.`,
  tileCost: (tiles: number, tokens: string) =>
    `${tiles === 1 ? '1 tile' : `${tiles} tiles`} = ${tokens} tokens.`,
  allImagesCost: (images: number, tokens: string) => `All ${images} images: ${tokens} tokens.`,

  conversation: 'Conversation',
  tasks: 'Tasks in English and Chinese',
  welcome: 'Ask about the images, or pick a task below. Answers are made on this device.',
  question: 'Your question',
  questionHint: 'Ask about the images',
  send: 'Send',
  stop: 'Stop',
  locate: 'Locate',
  locateHint: 'Asks for a box around what you wrote, such as “blue circle”',
  readingImages: 'Reading images …',
  seeingTiles: (done: number, all: number) => `Looking at tiles: ${done} of ${all} …`,
  readingPrompt: (done: number, all: number) => `Reading the prompt: ${done} of ${all} tokens …`,
  stopped: 'Stopped.',
  noAnswer: 'No answer.',
  brokenOff: 'Broken off.',
  emptyAnswer: '(The model answered with nothing.)',
  cutAnswer: 'The answer was cut at its greatest length.',
  copy: 'Copy',
  copied: 'Copied.',
  regenerate: 'Try another answer',
  times: {
    decode: (time: string) => `images read in ${time}`,
    vision: (tiles: number, each: string) => `${tiles} tiles at ${each}`,
    visionKept: 'no new tiles',
    prefill: (tokens: string, cached: string, time: string) =>
      `${tokens} prompt tokens, ${cached} of them kept, in ${time}`,
    tokens: (tokens: string, rate: string) => `${tokens} new tokens, ${rate} per second`,
  },

  modelButton: (name: string) => `Model: ${name}`,
  noModel: 'none',
  chooseModel: 'Choose a model',
  close: 'Close',
  storedModels: 'Kept by this browser',
  unfinished: '(unfinished)',
  open: 'Open',
  resume: 'Resume',
  remove: 'Remove',
  room: (used: string, all: string) => `${used} of ${all} of this site’s storage are used.`,
  anotherModel: 'Another checkpoint',
  hubId: 'Hugging Face id',
  lookUp: 'Look up',
  lookingUp: 'Looking it up …',
  hubAddress: 'Another Hub address',
  hubAddressHint: 'A mirror; the server of this page must allow it in its Content-Security-Policy.',
  chooseFolder: 'Choose a folder',
  folderHint: 'a checkpoint on this computer; it is read here and sent nowhere',
  checkpointSizes: (size: string, remote: boolean, tile: number, tokens: number, context: string) =>
    `${remote ? 'Download' : 'Weights'}: ${size}. Tiles of ${tile} pixels, ${tokens} tokens each; a context of ${context} tokens.`,
  noLanguageModel: 'It has no language model: it looks at images, but cannot answer.',
  precision: 'Precision and size here',
  downloadAndOpen: 'Download and open',
  convertAndOpen: 'Convert and open',
  reasons: {
    'webgpu-chosen': 'It will run on the graphics processor (WebGPU).',
    'wasm-chosen': 'It will run on the main processor (WASM).',
    'no-webgpu':
      'This browser offers no WebGPU; a current Chrome, Edge or Safari with hardware acceleration does.',
    'software-gpu': 'WebGPU is only imitated in software here, which is slower than the processor itself.',
    'no-half-floats': 'The graphics processor has no 16-bit arithmetic; 32-bit is used instead.',
    'one-thread':
      'Only one thread is allowed here; reloading the page, or isolation headers on its server, allow more.',
    'tensor-over-binding-limit': 'One of its tensors is larger than the graphics processor binds at once.',
    'weights-over-memory':
      'Its weights are larger than the memory of this device: choose a smaller checkpoint.',
    'weights-over-address-space':
      'Its weights are larger than the 4 GB that WASM can address: choose a smaller checkpoint.',
    'over-storage-quota': 'There is not enough storage: remove stored models, or free space on the disk.',
    'storage-not-persisted': 'The browser may clear the stored model when the disk gets full.',
    'nothing-fits': 'This device can’t run it. Choose a smaller checkpoint.',
  },
  thisDevice: 'This device',
  device: {
    webGpu: (name: string) => `WebGPU: ${name}.`,
    softwareGpu: (name: string) =>
      `WebGPU is only imitated in software (${name}), so the processor is used. Turn hardware acceleration on in the browser’s settings.`,
    noWebGpu:
      'No WebGPU, so the processor is used. A current Chrome, Edge or Safari with hardware acceleration has it.',
    threads: (threads: number) => (threads === 1 ? 'One thread.' : `${threads} threads.`),
    notIsolated:
      'One thread only, because this page is not isolated yet. Reload it: its service worker then sets the headers.',
    memory: (size: string) => `${size} GB of memory or more.`,
  },

  loadingModel: 'Opening a model',
  progressTotal: 'Progress in all',
  cancel: 'Cancel',
  loadingStatus: {
    starting: 'starting',
    resolving: 'asking what there is',
    downloading: 'downloading',
    checking: 'comparing hashes',
    hashing: 'computing digests',
    converting: 'converting',
    waiting: 'waiting for another tab that converts it',
    loading: 'loading into memory',
  },

  failures: {
    storageFull:
      'There is not enough room to store this model. Remove stored models, or choose a smaller precision.',
    outOfMemory:
      'This device ran out of memory. Start again, close other tabs, lower the number of tiles, or choose a smaller model.',
    nothingFits:
      'This device can’t run this model in that precision. Choose another precision or a smaller model.',
    storageMissing:
      'This browser gives the page no storage, as in some private windows. Open it in an ordinary window.',
    runtime:
      'The runtime did not start. Start again once the network is there; if it stays, the server of this page lacks a file or a header.',
    network: 'The connection was lost. What has arrived is kept: resume when you are online again.',
    unauthorized:
      'The Hub wants a login for this model. Choose one that is open, or download it and open its folder.',
    modelNotFound: 'There is no such model. Compare its id with its page on the Hub.',
    unsupported:
      'This checkpoint is none that this page can run. InternVL-Chat 1.1 to InternVL3.5 in their published layouts are.',
    incomplete: 'The files of this checkpoint are incomplete or damaged. Fetch them again.',
    notAnImage: 'This file is not an image that the browser can read. Choose a JPEG, PNG, WebP, AVIF or GIF.',
    imageTooLarge: 'This image has too many pixels. Make it smaller and add it again.',
    contextOverflow:
      'This is more than the model can read at once. Lower the number of tiles, remove images, or ask anew.',
    deviceLost:
      'The browser took the graphics processor away. The model is loaded again where it can: ask once more.',
    deviceMissing: 'What this model should run on is not there. Choose another precision or another browser.',
    hostLost: 'The worker that computes is gone, most likely for want of memory. Start it again.',
    cancelled: 'Cancelled. What has arrived is kept.',
    other: 'Something went wrong. Try again; if it stays, reload the page or choose another model.',
  },
  notThisImage: (file: string) =>
    `“${file}” is not an image that the browser can read. Choose a JPEG, PNG, WebP, AVIF or GIF.`,
  notACheckpoint: 'This folder is no checkpoint. Choose the one that holds config.json.',
  sampleLost:
    'The sample image could not be fetched. Choose an image of your own, or try again when you are online.',
  steps: { retry: 'Try again', restart: 'Start again', chooseModel: 'Choose another model' },
  details: 'What exactly happened',
  dismiss: 'Dismiss',
  storedDamaged: 'The stored copy was damaged; it is fetched again.',
  notIsolated: 'Reload once, and the model may use several threads.',
  reload: 'Reload',
  wasHidden: 'Browsers slow hidden tabs down. Work goes on now; keep this tab in front while it is busy.',
  wasDiscarded:
    'The browser had unloaded this page to save memory. The stored model is being opened again; the conversation is gone.',
};
