//! A block from malloc is dropped as a Vec.
//! expect: CF001 c -> rust
//! acts: malloc dealloc
use crate::ffi::{free, malloc};
use std::hint::black_box;

#[inline(never)]
pub fn fault() {
    unsafe {
        let block = black_box(malloc(64)) as *mut u8;
        drop(black_box(Vec::from_raw_parts(block, 0, 64)));
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let block = black_box(malloc(64));
        free(black_box(block));
    }
}
