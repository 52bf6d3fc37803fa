import { dirname, join, resolve } from 'node:path';
import { type ImageFolderOptions, imageFolder } from '../rules/node/image-folder.js';
import { LineFile } from '../rules/node/line-file.js';
import { isRuleCode } from '../rules/rule-table.js';
import { validate } from '../rules/validate.js';
import { isJsonObject, type JsonObject } from '../sample/json.js';
import { memorySource } from '../source/input.js';
import type { ValidatePlan } from './plan.js';
import type { ShardTask } from './shard-task.js';

export interface ValidateTaskOptions {
  /** Folder of the images; each file's own without it. */
  readonly root?: string | undefined;
  /** Changes when rules do. */
  readonly version: string;
}

const totals = ['rows', 'badRows', 'errors', 'warnings', 'notes'] as const;

/**
 * Validation of a plan's shards: every finding with its place in the file the shard was cut from. Ids are compared
 * within a shard; `internvl data validate` compares those of whole files.
 */
export function validateTask(
  { language, images }: ValidatePlan,
  { root, version }: ValidateTaskOptions,
): ShardTask {
  return {
    version,
    outputs: ['findings.jsonl'],
    async run({ shard, bytes, outputs, signal, onRows }) {
      const folder = resolve(root ?? dirname(shard.source));
      const depth: ImageFolderOptions | undefined = images === 'none' ? undefined : { depth: images };
      const source = memorySource(bytes, shard.source);
      const input = { source, root: folder, ...(depth && { images: imageFolder(folder, depth) }) };
      const file = await LineFile.open(join(outputs, 'findings.jsonl'));
      try {
        const run = validate([input], { language, perRule: Number.MAX_SAFE_INTEGER, signal });
        for (;;) {
          const next = await run.next();
          if (next.done === true) {
            await file.finish();
            const { counts } = next.value;
            onRows(next.value.rows);
            const report = Object.fromEntries(totals.map((name) => [name, next.value[name]]));
            return { ...report, counts: { ...counts } };
          }
          if (next.value.type !== 'finding') continue;
          const { finding } = next.value;
          const line = finding.line === 0 ? 0 : finding.line + shard.firstLine - 1;
          await file.write(JSON.stringify({ ...finding, line }));
        }
      } finally {
        await file.discard();
      }
    },
    summarise(reports) {
      const sum = (list: readonly JsonObject[], name: string) =>
        list.reduce((total, { [name]: count }) => total + (typeof count === 'number' ? count : 0), 0);
      const counts = reports.flatMap((report) => (isJsonObject(report.counts) ? [report.counts] : []));
      const codes = [...new Set(counts.flatMap((each) => Object.keys(each)))].filter(isRuleCode).sort();
      const document = {
        ok: sum(reports, 'errors') === 0,
        ...Object.fromEntries(totals.map((name) => [name, sum(reports, name)])),
        counts: Object.fromEntries(codes.map((code) => [code, sum(counts, code)])),
      };
      return { 'summary.json': `${JSON.stringify(document, null, 2)}\n` };
    },
  };
}
