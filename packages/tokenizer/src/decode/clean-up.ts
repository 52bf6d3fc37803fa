/** Replaces a pattern in text that comes in portions, also across them; holds back only what may become the pattern. */
function replacing(pattern: string, by: string): (text: string, end: boolean) => string {
  let held = '';
  return (text, end) => {
    const parts = (held + text).split(pattern);
    const last = parts.pop()!;
    let kept = end ? 0 : Math.min(last.length, pattern.length - 1);
    while (!pattern.startsWith(last.slice(last.length - kept))) kept--;
    held = last.slice(last.length - kept);
    return [...parts, last.slice(0, last.length - kept)].join(by);
  };
}

/**
 * `clean_up_tokenization` of Hugging Face, for text that comes in portions: ten replacements, one after the other. With `end` nothing
 * is held back.
 */
export function cleaning(): (text: string, end: boolean) => string {
  const steps = [' .', ' ?', ' !', ' ,', " ' ", " n't", " 'm", " 's", " 've", " 're"].map((pattern) =>
    replacing(pattern, pattern.trim()),
  );
  return (text, end) => steps.reduce((passed, step) => step(passed, end), text);
}
