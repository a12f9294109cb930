//! C frees its own block, and Rust drops it afterwards.
//! expect: CF002 c -> rust
//! acts: malloc free dealloc
use crate::ffi::{free, malloc};
use std::hint::black_box;

#[inline(never)]
pub fn fault() {
    unsafe {
        let block = black_box(malloc(64));
        free(black_box(block));
        drop(black_box(Vec::from_raw_parts(black_box(block) as *mut u8, 0, 64)));
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let block = black_box(malloc(64));
        free(black_box(block));
    }
}
