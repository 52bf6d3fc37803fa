import { DatasetError } from '../error.js';

/**
 * Tells languages of one script apart, with the optional peer `eld` and its largest table. The script rule decides first everywhere; this
 * is for what it leaves open: English or French, Russian or Ukrainian.
 *
 * @returns a function from text to an ISO 639-1 code; undefined where the text says too little
 * @throws `language-detector-missing` where `eld` is not installed
 */
export async function latinLanguages(): Promise<(text: string) => string | undefined> {
  let detector: Awaited<ReturnType<typeof load>>;
  try {
    detector = await load();
  } catch (cause) {
    throw new DatasetError(
      'language-detector-missing',
      'Expected the package eld to tell languages of one script apart, it is not installed; run "npm install eld", or do without.',
      { package: 'eld' },
      { cause },
    );
  }
  return (text) => {
    const result = detector.detect(text);
    return result.language !== '' && result.isReliable() ? result.language : undefined;
  };
}

async function load() {
  // An instance of our own: the shared one has settings that any other user of the package may change.
  return (await import('eld/large')).eld.newInstance();
}
