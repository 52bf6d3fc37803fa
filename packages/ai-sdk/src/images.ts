import { type LanguageModelV3FilePart, UnsupportedFunctionalityError } from '@ai-sdk/provider';
import { InternVLError } from '@internvl/backend';

/** What becomes of images behind http(s) URLs. */
export type UrlImages = 'refuse' | 'download' | 'pass';

/**
 * The image of a file part, as a chat takes it.
 *
 * @throws `UnsupportedFunctionalityError` for other files, `image-unsupported` for URLs that are not allowed
 */
export function imageOf({ data, mediaType }: LanguageModelV3FilePart, urls: UrlImages): Uint8Array | string {
  // ai 7 says `image` where it does not know the format.
  if (!/^image(?:\/|$)/i.test(mediaType)) {
    throw new UnsupportedFunctionalityError({
      functionality: `file part of media type ${mediaType}`,
      message: `Expected images, got a file of type ${mediaType}; InternVL reads text and images. Send a PDF's pages as images: pdfPages of @internvl/tiling/pdf draws them.`,
    });
  }
  if (data instanceof Uint8Array) return data;
  const text = String(data);
  if (/^data:/i.test(text)) return dataUrlBytes(text);
  if (data instanceof URL || /^https?:/i.test(text)) {
    if (urls === 'pass' && /^https?:/i.test(text)) return text;
    throw new InternVLError(
      'image-unsupported',
      "Expected the bytes of an image, got a URL; allow it with `urls: 'download'` (the AI SDK fetches it) or, over a remote chat with `imageUrls`, `urls: 'pass'`.",
    );
  }
  return base64Bytes(text);
}

/** The bytes of a `data:` URL. @throws `image-unreadable` */
export function dataUrlBytes(url: string): Uint8Array {
  const comma = url.indexOf(',');
  const head = url.slice(0, comma);
  if (comma >= 0 && /;\s*base64$/i.test(head)) return base64Bytes(url.slice(comma + 1));
  throw new InternVLError(
    'image-unreadable',
    'Expected an image as data:image/…;base64,…, got another data: URL; encode the file in base64.',
  );
}

function base64Bytes(text: string): Uint8Array {
  try {
    // base64url, as some clients write it, is base64 with two other characters.
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch (cause) {
    throw new InternVLError(
      'image-unreadable',
      'Expected an image in base64, got other characters; encode the bytes of the file.',
      { characters: text.length },
      { cause },
    );
  }
}
