//! C grows the buffer of a Vec with realloc; from then on it is a C block.
//! expect: CF001 rust -> c
//! acts: alloc realloc(c) free
use crate::ffi::{free, realloc};
use std::hint::black_box;
use std::mem::ManuallyDrop;

#[inline(never)]
pub fn fault() {
    unsafe {
        let mut bytes = ManuallyDrop::new(black_box(vec![7u8; 64]));
        let grown = realloc(black_box(bytes.as_mut_ptr()).cast(), 200);
        free(black_box(grown));
    }
}

#[inline(never)]
pub fn healthy() {
    let mut bytes = black_box(vec![7u8; 64]);
    bytes.reserve_exact(200);
    drop(black_box(bytes));
}
