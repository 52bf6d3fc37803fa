import { hostTensor } from '@internvl/backend';
import { encodeModel } from '@internvl/backend/onnx';
import { nodeBackend } from '@internvl/backend-node';


const backend = await nodeBackend({ device: (process.argv[2] ?? 'cpu') as any, prepack: true, threads: 2, checkAttention: false, fallback: 'none' });
const rnd = (n: number, s = 1) => Float32Array.from({ length: n }, (_, i) => Math.sin(i * 1.7 + s));
const f = (d: number[], data: Float32Array) => hostTensor('float32', data, d);
async function run(label: string, op: string, domain: string, inputs: any[], attributes: any, type = 'float32') {
  const init: any[] = [], ports: any[] = [], feeds: any = {};
  const names = inputs.map((x, i) => {
    if (!x) return '';
    if (x.w) { init.push({ name: `w${i}`, type: x.type, dims: x.dims, data: new Uint8Array(x.data.buffer) }); return `w${i}`; }
    ports.push({ name: `x${i}`, type: x.type, dims: x.dims }); feeds[`x${i}`] = x; return `x${i}`;
  });
  const bytes = encodeModel({ irVersion: 10, opsets: { '': 21, 'com.microsoft': 1 }, producer: 't', graph: { name: 'g', nodes: [{ name: 'n', op, domain, inputs: names, outputs: ['y'], attributes }], initializers: init, inputs: ports, outputs: [{ name: 'y', type: type as any, dims: [] }] } });
  try {
    const g = await backend.load({ bytes });
    const { y } = await g.run(feeds);
    return (await y!.getData()) as Float32Array;
  } catch (e: any) { console.log(label, 'ERR', String(e.message).slice(0, 300)); }
}
function quant(W: Float32Array, N: number, K: number, bits: number, block: number) {
  const kb = Math.ceil(K / block), per = block * bits / 8;
  const B = new Uint8Array(N * kb * per), S = new Float32Array(N * kb), D = new Float32Array(N * K);
  const zp = 1 << (bits - 1);
  for (let n = 0; n < N; n++) for (let b = 0; b < kb; b++) {
    let m = 0; for (let k = b * block; k < Math.min(K, (b + 1) * block); k++) m = Math.max(m, Math.abs(W[n * K + k]!));
    const s = m / (zp - 1); S[n * kb + b] = s;
    for (let j = 0; j < block; j++) {
      const k = b * block + j; const q = k < K ? Math.round(W[n * K + k]! / s) + zp : zp;
      if (k < K) D[n * K + k] = (q - zp) * s;
      if (bits === 8) B[(n * kb + b) * per + j] = q; else B[(n * kb + b) * per + (j >> 1)]! |= q << (4 * (j & 1));
    }
  }
  return { B, S, D, kb, per };
}
const w = (type: string, dims: number[], data: any) => ({ w: true, type, dims, data });
for (const [M, K, N] of [[1, 40, 48], [5, 40, 48], [5, 60, 33], [5, 588, 64], [5, 72, 100], [1,192,576],[7, 896, 128]] as const)
  for (const bits of [4, 8]) for (const acc of [0, 4]) {
    const W = rnd(N * K, 3), X = rnd(M * K, 5);
    const { B, S, D, kb, per } = quant(W, N, K, bits, 32);
    const y = await run(`nbits ${bits} K${K} acc${acc}`, 'MatMulNBits', 'com.microsoft', [f([1, M, K], X), w('uint8', [N, kb, per], B), w('float32', [N, kb], S)], { K: { int: K }, N: { int: N }, bits: { int: bits }, block_size: { int: 32 }, accuracy_level: { int: acc } });
    if (!y) continue;
    let err = 0, mx = 0; for (let m = 0; m < M; m++) for (let n = 0; n < N; n++) { let s = 0; for (let k = 0; k < K; k++) s += X[m * K + k]! * D[n * K + k]!; err = Math.max(err, Math.abs(s - y[m * N + n]!)); mx = Math.max(mx, Math.abs(s)); }
    console.log(`nbits ${bits} M${M} K${K} N${N} acc${acc}`, 'err', err.toExponential(2), 'of', mx.toFixed(1));
  }
// GatherBlockQuantized
for (const K of [40, 64, 192]) for (const bits of [4, 8]) {
  const V = 20, W = rnd(V * K, 3); const { B, S, D, kb, per } = quant(W, V, K, bits, 32);
  if (K % 32) continue;
  const y = await run(`gbq ${bits} K${K}`, 'GatherBlockQuantized', 'com.microsoft', [w('uint8', [V, K * bits / 8], B), hostTensor('int64', BigInt64Array.of(3n, 7n), [1, 2]), w('float32', [V, kb], S)], { gather_axis: { int: 0 }, quantize_axis: { int: 1 }, block_size: { int: 32 }, bits: { int: bits } });
  if (y) console.log('gbq', bits, K, Math.max(...Array.from(y, (v, i) => Math.abs(v - D[(i < K ? 3 : 7) * K + i % K]!))).toExponential(2));
}
// QMoE
for (const bits of [4, 8]) for (const block of [32, 64]) {
  const E = 4, H = 256, I = 128;
  const W1 = rnd(E * 2 * I * H, 1), W2 = rnd(E * H * I, 2);
  const bs = (k: number) => block || k;
  const q1 = quant(W1, E * 2 * I, H, bits, bs(H)), q2 = quant(W2, E * H, I, bits, bs(I));
  const dims = (n: number, kb: number) => block ? [E, n, kb] : [E, n];
  const y = await run(`qmoe ${bits} ${block}`, 'QMoE', 'com.microsoft', [f([1, 3, H], rnd(3 * H)), f([3, E], rnd(3 * E, 9)), w('uint8', [E, 2 * I, H * bits / 8], q1.B), w('float32', dims(2 * I, q1.kb), q1.S), undefined, w('uint8', [E, H, I * bits / 8], q2.B), w('float32', dims(H, q2.kb), q2.S)],
    { k: { int: 2 }, activation_type: { string: 'swiglu' }, swiglu_fusion: { int: 1 }, activation_alpha: { float: 1 }, activation_beta: { float: 0 }, normalize_routing_weights: { int: 1 }, expert_weight_bits: { int: bits }, ...(block ? { block_size: { int: block } } : {}) });
  const z = await run(`moe`, 'MoE', 'com.microsoft', [f([1, 3, H], rnd(3 * H)), f([3, E], rnd(3 * E, 9)), w('float32', [E, 2 * I, H], q1.D), undefined, w('float32', [E, H, I], q2.D)],
    { k: { int: 2 }, activation_type: { string: 'swiglu' }, swiglu_fusion: { int: 1 }, activation_alpha: { float: 1 }, activation_beta: { float: 0 }, normalize_routing_weights: { int: 1 } });
  if (y && z) console.log('qmoe', bits, block, Math.max(...Array.from(y, (v, i) => Math.abs(v - z[i]!))).toExponential(2), 'of', Math.max(...z.map(Math.abs)).toFixed(2));
}
// int8
{
  const M = 3, K = 40, N = 24; const X = rnd(M * K, 2), W = rnd(N * K, 1);
  const A = Uint8Array.from(X, (v) => Math.round(v * 127) + 128), B = new Uint8Array(K * N), S = new Float32Array(N).fill(1 / 127);
  for (let n = 0; n < N; n++) for (let k = 0; k < K; k++) B[k * N + n] = Math.round(W[n * K + k]! * 127) + 128;
  const y = await run('int8', 'MatMulIntegerToFloat', 'com.microsoft', [hostTensor('uint8', A, [1, M, K]), w('uint8', [K, N], B), w('float32', [], Float32Array.of(1)), w('float32', [N], S), w('uint8', [], Uint8Array.of(128)), w('uint8', [], Uint8Array.of(128))], {});
  if (y) { let err = 0; for (let m = 0; m < M; m++) for (let n = 0; n < N; n++) { let s = 0; for (let k = 0; k < K; k++) s += (A[m * K + k]! - 128) * (B[k * N + n]! - 128) / 127; err = Math.max(err, Math.abs(s - y[m * N + n]!)); } console.log('int8 err', err); }
}
// tied: gather columns
