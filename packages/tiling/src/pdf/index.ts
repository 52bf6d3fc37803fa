export { isPdf } from './is-pdf.js';
export { type PdfOptions, type PdfPage, pdfPages } from './pdf-pages.js';
