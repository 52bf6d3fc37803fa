import { describe } from 'vitest';
import { goldensOn } from './testing/goldens-on.js';

describe('recorded answers, on WASM in a browser', () =>
  goldensOn('wasm', {
    'v2-1b': ['text-only', 'one-tile'],
    'v3-5-tied': ['one-tile'],
    'mini-2b': ['text-only'],
    'v1-2': ['two-turns'],
  }));
