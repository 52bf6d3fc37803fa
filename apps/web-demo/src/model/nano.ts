/** The checkpoint that is served with the page. */
const checkpoint = { baseUrl: new URL('nano/', document.baseURI).href, name: 'nano' };

export const nano = {
  name: 'nano',
  wanted: { name: 'nano', model: { checkpoint } },
} as const;
