import { languageOfScript, type Script, scriptOf } from './script.js';
import { charClass, textScan } from './text-scan.js';

/** What a text is written in. */
export interface IdentifiedLanguage {
  readonly script: Script;
  /** `zh`, `ja`, `ko` by their script; others where `identify` tells; undefined where nothing does. */
  readonly language: string | undefined;
  /** Of Chinese: which characters it has; undefined where none tells. */
  readonly variant: 'simplified' | 'traditional' | 'mixed' | undefined;
}

/**
 * Tells what texts are written in: the script rule first, which is fast and sure for Chinese, Japanese and Korean, then `identify` for
 * scripts that many languages share.
 *
 * @param identify such as `latinLanguages` gives
 */
export function languageIdentifier(
  identify?: (text: string) => string | undefined,
): (text: string) => IdentifiedLanguage {
  const { scan } = textScan();
  return (text) => {
    const counts = scan(text);
    const script = scriptOf(counts);
    const language = languageOfScript(script) ?? (script === 'none' ? undefined : identify?.(text));
    return { script, language, variant: script === 'han' ? variantOf(counts) : undefined };
  };
}

function variantOf(counts: Uint32Array): IdentifiedLanguage['variant'] {
  const simplified = counts[charClass.simplified]!;
  const traditional = counts[charClass.traditional]!;
  if (simplified === 0 && traditional === 0) return undefined;
  if (Math.min(simplified, traditional) * 20 >= Math.max(simplified, traditional)) return 'mixed';
  return simplified > traditional ? 'simplified' : 'traditional';
}
