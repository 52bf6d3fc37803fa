export { type CloseOptions, createHandler, type Handler, type HandlerContext } from './create-handler.js';
export type { AllowedOrigins } from './http/cors.js';
export type { FetchImage } from './images/load-images.js';
export type { ReadPdf, ReadPdfOptions } from './images/read-pdf.js';
export type { AnswerDefaults, LogEntry, ServerLimits, ServerOptions } from './server-options.js';
