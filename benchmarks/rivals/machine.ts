import { readFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';

/** The machine in a line, with what of its instructions decides which kernels run. */
export async function machineLine(threads: number): Promise<string> {
  const info = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const flags = new Set(/^flags\s*:(.*)$/m.exec(info)?.[1]?.trim().split(' '));
  const wanted = ['avx2', 'fma', 'avx512f', 'avx512_vnni', 'avx_vnni', 'avx512_bf16', 'amx_int8'];
  const found = wanted.filter((flag) => flags.has(flag)).join(' ') || 'no flags told';
  const gigabytes = (totalmem() / 2 ** 30).toFixed(1);
  return `${cpus()[0]?.model.trim()} (${found}), ${cpus().length} cores, ${gigabytes} GiB, Node ${process.version}, ${threads} threads`;
}
