/**
 * Runs a program whose signal is aborted by Ctrl-C. What goes wrong is a line on standard error; the exit status is 1, 2 for
 * wrong options, 130 when it was interrupted.
 */
export async function run(main: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const interruption = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => interruption.abort(new Error('Interrupted.')));
  }
  const { signal } = interruption;
  try {
    await main(signal);
  } catch (error) {
    if (signal.aborted) {
      process.exitCode = 130;
      return;
    }
    // Errors of the packages have a code, and so have those of Node; any other one is a mistake of ours, whose stack is wanted.
    if (!(error instanceof Error && 'code' in error)) throw error;
    const code = String(error.code);
    console.error(`${code}: ${error.message}`);
    process.exitCode = /^(?:invalid-option|ERR_PARSE_ARGS_.*)$/.test(code) ? 2 : 1;
  }
}
