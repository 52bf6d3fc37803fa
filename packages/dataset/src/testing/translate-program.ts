import { internvl } from '../format/internvl.js';
import { openSource } from '../node/open-source.js';
import { fileCallLog } from '../translate/node/file-call-log.js';
import { translateRows } from '../translate/node/translate-rows.js';
import { openaiTranslator } from '../translate/openai-translator.js';

/** What `translate-program.ts` is started with. */
export interface TranslateArgument {
  readonly url: string;
  readonly input: string;
  readonly out: string;
  readonly quarantine: string;
  readonly calls: string;
}

const argument: TranslateArgument = JSON.parse(process.argv[2]!);
const { url, input, out, quarantine, calls } = argument;
const log = await fileCallLog(calls);
const { counts } = await translateRows(internvl.read!(await openSource(input)), {
  translator: openaiTranslator({ baseUrl: url, model: 'test' }),
  log,
  to: 'zh',
  out,
  quarantine,
  concurrency: 8,
});
await log.close();
console.log(JSON.stringify(counts));
