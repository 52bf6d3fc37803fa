/** Where model files of the Hub come from; a mirror has to be added here. */
const hubs = ['https://huggingface.co', 'https://*.huggingface.co', 'https://*.hf.co'];

const policy: Readonly<Record<string, readonly string[]>> = {
  'default-src': ["'none'"],
  // WebAssembly may be compiled; nothing else is made code at run time.
  'script-src': ["'self'", "'wasm-unsafe-eval'"],
  'worker-src': ["'self'"],
  'style-src': ["'self'"],
  // Chosen images are shown by blob addresses.
  'img-src': ["'self'", 'blob:'],
  'connect-src': ["'self'", ...hubs],
  'manifest-src': ["'self'"],
  'base-uri': ["'self'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/** The headers of every response of the page's server. The service worker adds them where the server does not. */
export const headers: Readonly<Record<string, string>> = {
  'Content-Security-Policy': Object.entries(policy)
    .map(([directive, sources]) => `${directive} ${sources.join(' ')}`)
    .join('; '),
  // Both together isolate the page, which threads of WASM need.
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=(self), geolocation=(), microphone=()',
};
