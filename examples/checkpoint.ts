import { fileURLToPath } from 'node:url';
import { readBlocks } from '@internvl/checkpoint';
import { openCheckpoint } from '@internvl/checkpoint/node';

// A folder, or a Hub id: 'OpenGVLab/InternVL2-1B', 'OpenGVLab/InternVL3-1B-hf@main'.
const tiny = fileURLToPath(new URL('../fixtures/checkpoints/v2-1b', import.meta.url));
const checkpoint = await openCheckpoint(process.argv[2] ?? tiny, {
  onProgress: ({ status, file, overallLoaded, overallTotal }) =>
    process.stderr.write(`\r${status} ${file} ${overallLoaded} of ${overallTotal} bytes`),
});
try {
  const { config, files, weights } = checkpoint;
  console.log(
    `${config.architecture}, ${config.tokensPerTile} visual tokens a tile of ${config.tileSize} pixels`,
  );
  console.log(`files: ${files.names.join(', ')}`);

  // Weights have the same names in every generation, and are read when asked for: a few rows…
  const table = 'language_model.model.embed_tokens.weight';
  const rows = await weights.readRows(table, 0, 2);
  console.log(
    `${table} ${weights.info(table).dtype} [${weights.info(table).shape}], begins ${rows.slice(0, 3)}`,
  );

  // …or all of a tensor in blocks, however large it is.
  let squares = 0;
  for await (const { data } of readBlocks(weights, table)) {
    for (const value of data) squares += value * value;
  }
  console.log(`its norm is ${Math.sqrt(squares).toFixed(3)}`);
  console.log(`content key ${await checkpoint.digest()}`);
} finally {
  await checkpoint.close();
}
