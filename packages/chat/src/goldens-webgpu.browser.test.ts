import { describe } from 'vitest';
import { goldensOn } from './testing/goldens-on.js';

/* Few: each shader of a new shape takes a GPU in software up to four seconds. */
describe('recorded answers, on WebGPU in a browser', () =>
  goldensOn('webgpu', { 'v2-1b': ['one-tile'], 'mini-2b': ['text-only'] }));
