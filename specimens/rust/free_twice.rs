//! Rust code frees a C block twice.
//! expect: CF002 c -> c
//! acts: malloc free free
use crate::ffi::{free, malloc};
use std::hint::black_box;

#[inline(never)]
pub fn fault() {
    unsafe {
        let block = black_box(malloc(64));
        free(black_box(block));
        free(black_box(block));
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let block = black_box(malloc(64));
        free(black_box(block));
    }
}
