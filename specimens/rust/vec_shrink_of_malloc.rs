//! A Vec over a block from malloc is shrunk to its length.
//! expect: CF001 c -> rust
//! acts: malloc realloc dealloc
use crate::ffi::{free, malloc};
use std::hint::black_box;

#[inline(never)]
pub fn fault() {
    unsafe {
        let block = black_box(malloc(64)) as *mut u8;
        block.write_bytes(7, 16);
        let bytes = black_box(Vec::from_raw_parts(block, 16, 64));
        drop(black_box(bytes.into_boxed_slice()));
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let block = black_box(malloc(64)) as *mut u8;
        block.write_bytes(7, 16);
        let bytes = black_box(std::slice::from_raw_parts(block, 16).to_vec());
        drop(black_box(bytes.into_boxed_slice()));
        free(black_box(block).cast());
    }
}
