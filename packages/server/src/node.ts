export * from './index.js';
export { type ClientSnippets, clientSnippets, type SnippetOptions } from './node/client-snippets.js';
export { type ImageFetcherOptions, imageFetcher } from './node/image-fetcher.js';
export { type NodeListener, nodeListener } from './node/node-listener.js';
export { type PdfReaderOptions, pdfReader } from './node/pdf-reader.js';
export { isPublicAddress } from './node/public-address.js';
export { type ListeningServer, type ServeOptions, serve } from './node/serve.js';
