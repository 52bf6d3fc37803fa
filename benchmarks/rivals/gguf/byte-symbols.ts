/** The character that byte-level vocabularies write for a byte: itself where it shows, else one from U+0100 on. */
export function byteSymbol(byte: number): string {
  if (shows(byte)) return String.fromCodePoint(byte);
  const before = Array.from({ length: byte }, (_, code) => code).filter((code) => !shows(code)).length;
  return String.fromCodePoint(256 + before);
}

function shows(code: number): boolean {
  return (code >= 33 && code <= 126) || (code >= 161 && code <= 172) || code >= 174;
}
