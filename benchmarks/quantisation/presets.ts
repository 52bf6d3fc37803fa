/** What is measured, as `parsePrecision` reads it; the first is what the others are compared with. */
export const presets = [
  'fp32',
  'fp16',
  'int8',
  'q8',
  'q4',
  'q4+q4',
  'q8+q4+q4',
  'int8+q4',
  'q8f16',
  'q4f16',
] as const;
