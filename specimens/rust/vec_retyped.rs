//! A Vec of 560 bytes is rebuilt as a Vec of 80-byte elements, with the old capacity of 560.
//! expect: CF004 rust -> rust expected=560/1 actual=44800/8
//! unless lto+system: unseen; what is left of the release is free(p), which states no layout
//! unless release+mimalloc, lto+mimalloc: unseen; mi_free states no layout
//! acts: alloc dealloc
use std::hint::black_box;
use std::mem::ManuallyDrop;

#[inline(never)]
pub fn fault() {
    unsafe {
        let mut bytes = ManuallyDrop::new(black_box(vec![7u8; 560]));
        let rows = black_box(bytes.as_mut_ptr()).cast::<[u64; 10]>();
        drop(black_box(Vec::from_raw_parts(rows, 0, 560)));
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let mut rows = ManuallyDrop::new(black_box(vec![[7u64; 10]; 7]));
        drop(black_box(Vec::from_raw_parts(black_box(rows.as_mut_ptr()), 7, 7)));
    }
}
