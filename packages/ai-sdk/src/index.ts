export type { ChatSource } from './chat-source.js';
export { createInternVL, type InternVLOptions, type InternVLProvider } from './create-internvl.js';
export { type EmbeddingModelOptions, embeddingModel } from './embedding-model.js';
export type { UrlImages } from './images.js';
export { type LanguageModelOptions, languageModel } from './language-model.js';
export type { InternVLImageOptions, InternVLProviderOptions } from './provider-options.js';
