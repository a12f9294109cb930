//! A Vec grows over a block from malloc; from then on it is a Rust block.
//! expect: CF001 c -> rust
//! unless lto+system: open; the call is in a function so short that another may share its machine code
//! acts: malloc realloc dealloc
use crate::ffi::{free, malloc, realloc};
use std::hint::black_box;

#[inline(never)]
pub fn fault() {
    unsafe {
        let block = black_box(malloc(64)) as *mut u8;
        let mut bytes = black_box(Vec::from_raw_parts(block, 0, 64));
        bytes.reserve_exact(200);
        drop(black_box(bytes));
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let block = black_box(malloc(64));
        let grown = black_box(realloc(block, 200));
        free(black_box(grown));
    }
}
