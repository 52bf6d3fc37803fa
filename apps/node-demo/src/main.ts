import { load } from '@internvl/chat/node';
import { readFlags, USAGE } from './flags.js';
import { writeOverview } from './overview.js';
import { run } from './run.js';
import { nanoFolder } from './shipped.js';
import { show } from './show.js';
import { planTour } from './tour.js';

await run(async (signal) => {
  const flags = readFlags(process.argv.slice(2));
  if (flags === 'help') {
    console.log(USAGE);
    return;
  }
  const print = (text: string) => process.stdout.write(text);
  const tour = await planTour(flags);
  const chat = await load(flags.model ?? nanoFolder, {
    backend: flags.backend,
    signal,
    onNote: (note) => print(`${note}\n`),
  });
  try {
    const { config, backend, precision, loadMs } = chat.facts;
    print(`${config.architecture} on ${backend}, ${precision}, loaded in ${loadMs.toFixed(0)} ms\n`);
    if (flags.model === undefined) {
      print(
        'This is the nano model: it knows drawn shapes, signs, charts, receipts and pages, and is not always right.\n',
      );
    }
    for (const stop of tour) await show(chat, stop, print, signal);
    // The picture of the last image: with the samples, the document, whose tiles matter most.
    const last = tour.at(-1);
    if (last) print(`\nHow ${last.image} is cut: ${await writeOverview(last.image, config)}\n`);
  } finally {
    await chat.dispose();
  }
});
