//! A block from malloc is dropped as a Box.
//! expect: CF001 c -> rust
//! acts: malloc dealloc
use crate::ffi::{free, malloc};
use std::hint::black_box;

#[inline(never)]
pub fn fault() {
    unsafe {
        let block = black_box(malloc(64)) as *mut [u64; 8];
        block.write([7; 8]);
        drop(black_box(Box::from_raw(block)));
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let block = black_box(malloc(64)) as *mut [u64; 8];
        block.write([7; 8]);
        free(black_box(block).cast());
    }
}
