import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/*
 * Preloaded into a measured process: samples its memory and leaves the peaks in the file that `MEMORY_PROBE` names.
 * Anonymous memory is what the process holds itself; the resident peak also counts mapped weight files, which the
 * system may drop at any time. Linux only, where /proc tells them apart. JavaScript, because worker threads inherit it.
 */
const target = process.env.MEMORY_PROBE;
if (target !== undefined && isMainThread) {
  const peaks = { anonymousBytes: 0, residentBytes: 0 };
  /** @param {string} status @param {string} field */
  const read = (status, field) =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
  const sample = () => {
    const status = readFileSync('/proc/self/status', 'utf8');
    peaks.anonymousBytes = Math.max(peaks.anonymousBytes, read(status, 'RssAnon'));
    peaks.residentBytes = read(status, 'VmHWM');
  };
  setInterval(sample, 50).unref();
  process.on('exit', () => {
    sample();
    writeFileSync(target, JSON.stringify(peaks));
  });
}
