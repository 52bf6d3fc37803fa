export * from './index.js';
export { load } from './node/load.js';
