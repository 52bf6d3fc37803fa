/** The checkpoint that is served with the page; small enough to be kept as exact as it is in Node. */
const model = {
  checkpoint: { baseUrl: new URL('nano/', document.baseURI).href, name: 'nano' },
  precision: 'fp32',
} as const;

export const nano = {
  name: 'nano',
  wanted: { name: 'nano', model },
} as const;
