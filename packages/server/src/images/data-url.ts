import { badRequest } from '../api-error.js';

/** The bytes in a base64 `data:` URL. Its media type is not believed: the bytes tell. @throws 400 */
export function dataUrlBytes(url: string, param: string): Uint8Array {
  const comma = url.indexOf(',');
  const header = comma < 0 ? '' : url.slice(5, comma);
  if (comma < 0 || !/;\s*base64\s*$/i.test(header)) throw unreadable(param);
  let binary: string;
  try {
    // atob knows the one alphabet; some clients send the other.
    binary = atob(
      url
        .slice(comma + 1)
        .replaceAll('-', '+')
        .replaceAll('_', '/'),
    );
  } catch {
    throw unreadable(param);
  }
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function unreadable(param: string) {
  return badRequest(
    'invalid_image_url',
    param,
    `Expected ${param} as data:image/…;base64,… or data:application/pdf;base64,… with valid base64, got something else; encode the file as base64.`,
  );
}
