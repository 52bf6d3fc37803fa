;; The two passes of a separable resize on uint8 with 22-bit coefficients, equal to Pillow's Resample.c.
;;
;; A coefficient q is kept as q = high · 2^14 + low with 0 ≤ low < 2^14, so that a pair of taps is one 16-bit dot
;; product for the high and one for the low halves. Sums wrap modulo 2^32 and the true sum fits int32, so the
;; result is exact. A table has, per output, one int32 offset and then per pair of taps two int32: high and low
;; halves of both taps. Memory is little-endian throughout. `pnpm kernel` turns this file into src/kernel-binary.ts.
(module
  (memory (export "memory") 1)

  ;; One line of pixels to `count` RGB pixels. `step` is the width of two source pixels in bytes. The swizzle mask
  ;; at address 0 spreads two pixels to 16-bit [r0 r1 g0 g1 b0 b1 0 0].
  (func (export "horizontal")
    (param $line i32) (param $table i32) (param $out i32) (param $count i32) (param $pairs i32) (param $step i32)
    (local $p i32) (local $n i32) (local $v v128) (local $high v128) (local $low v128) (local $mask v128)
    (local.set $mask (v128.load (i32.const 0)))
    (loop $pixel
      (local.set $p (i32.add (local.get $line) (i32.load (local.get $table))))
      (local.set $table (i32.add (local.get $table) (i32.const 4)))
      (local.set $high (v128.const i32x4 0 0 0 0))
      (local.set $low (v128.const i32x4 0x200000 0x200000 0x200000 0x200000))
      (local.set $n (local.get $pairs))
      (loop $pair
        (local.set $v (i8x16.swizzle (v128.load64_zero (local.get $p)) (local.get $mask)))
        (local.set $high (i32x4.add (local.get $high)
          (i32x4.dot_i16x8_s (local.get $v) (v128.load32_splat (local.get $table)))))
        (local.set $low (i32x4.add (local.get $low)
          (i32x4.dot_i16x8_s (local.get $v) (v128.load32_splat offset=4 (local.get $table)))))
        (local.set $table (i32.add (local.get $table) (i32.const 8)))
        (local.set $p (i32.add (local.get $p) (local.get $step)))
        (br_if $pair (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.set $v (i32x4.shr_s
        (i32x4.add (i32x4.shl (local.get $high) (i32.const 14)) (local.get $low)) (i32.const 22)))
      (local.set $v (i16x8.narrow_i32x4_s (local.get $v) (local.get $v)))
      ;; Four bytes for three: the next pixel overwrites the fourth.
      (v128.store32_lane 0 (local.get $out) (i8x16.narrow_i16x8_u (local.get $v) (local.get $v)))
      (local.set $out (i32.add (local.get $out) (i32.const 3)))
      (br_if $pixel (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))

  ;; Rows of `stride` bytes to one row, eight bytes at a time; `table` points behind the offset.
  (func (export "vertical")
    (param $rows i32) (param $table i32) (param $out i32) (param $bytes i32) (param $pairs i32) (param $stride i32)
    (local $p i32) (local $t i32) (local $n i32) (local $v v128) (local $w v128) (local $c v128) (local $d v128)
    (local $high0 v128) (local $high1 v128) (local $low0 v128) (local $low1 v128)
    (loop $chunk
      (local.set $p (local.get $rows))
      (local.set $t (local.get $table))
      (local.set $n (local.get $pairs))
      (local.set $high0 (v128.const i32x4 0 0 0 0))
      (local.set $high1 (local.get $high0))
      (local.set $low0 (v128.const i32x4 0x200000 0x200000 0x200000 0x200000))
      (local.set $low1 (local.get $low0))
      (loop $pair
        (local.set $v (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23
          (v128.load64_zero (local.get $p))
          (v128.load64_zero (i32.add (local.get $p) (local.get $stride)))))
        (local.set $w (i16x8.extend_high_i8x16_u (local.get $v)))
        (local.set $v (i16x8.extend_low_i8x16_u (local.get $v)))
        (local.set $c (v128.load32_splat (local.get $t)))
        (local.set $d (v128.load32_splat offset=4 (local.get $t)))
        (local.set $high0 (i32x4.add (local.get $high0) (i32x4.dot_i16x8_s (local.get $v) (local.get $c))))
        (local.set $high1 (i32x4.add (local.get $high1) (i32x4.dot_i16x8_s (local.get $w) (local.get $c))))
        (local.set $low0 (i32x4.add (local.get $low0) (i32x4.dot_i16x8_s (local.get $v) (local.get $d))))
        (local.set $low1 (i32x4.add (local.get $low1) (i32x4.dot_i16x8_s (local.get $w) (local.get $d))))
        (local.set $t (i32.add (local.get $t) (i32.const 8)))
        (local.set $p (i32.add (local.get $p) (i32.shl (local.get $stride) (i32.const 1))))
        (br_if $pair (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.set $v (i16x8.narrow_i32x4_s
        (i32x4.shr_s (i32x4.add (i32x4.shl (local.get $high0) (i32.const 14)) (local.get $low0)) (i32.const 22))
        (i32x4.shr_s (i32x4.add (i32x4.shl (local.get $high1) (i32.const 14)) (local.get $low1)) (i32.const 22))))
      (v128.store64_lane 0 (local.get $out) (i8x16.narrow_i16x8_u (local.get $v) (local.get $v)))
      (local.set $rows (i32.add (local.get $rows) (i32.const 8)))
      (local.set $out (i32.add (local.get $out) (i32.const 8)))
      (br_if $chunk (i32.gt_s (local.tee $bytes (i32.sub (local.get $bytes) (i32.const 8))) (i32.const 0))))))
