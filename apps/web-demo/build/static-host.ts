import type { Plugin } from 'vite';
import { headers } from '../src/offline/headers.js';

/**
 * What static hosts need: a `_headers` file for those that read one, and the policy in the page itself for those that can
 * set no headers.
 */
export function staticHost(): Plugin {
  return {
    name: 'static-host',
    apply: 'build',
    generateBundle() {
      const lines = Object.entries(headers).map(([name, value]) => `  ${name}: ${value}\n`);
      this.emitFile({ type: 'asset', fileName: '_headers', source: `/*\n${lines.join('')}` });
    },
    transformIndexHtml() {
      // A page may not say by whom it is framed.
      const content = headers['Content-Security-Policy']!.replace(/; frame-ancestors [^;]*/, '');
      const attrs = { 'http-equiv': 'Content-Security-Policy', content };
      return [{ tag: 'meta', attrs, injectTo: 'head-prepend' }];
    },
  };
}
