import wabt from 'wabt';

/** WebAssembly text, with SIMD, to its binary form. */
export async function assemble(text: string): Promise<Uint8Array> {
  const { parseWat } = await wabt();
  const module = parseWat('kernel.wat', text, { simd: true });
  try {
    return module.toBinary({}).buffer;
  } finally {
    module.destroy();
  }
}
