//! Rust drops a block that C frees afterwards.
//! expect: CF002 rust -> c
//! acts: alloc dealloc free
use crate::ffi::free;
use std::hint::black_box;

#[inline(never)]
pub fn fault() {
    unsafe {
        let object = Box::into_raw(black_box(Box::new([7u64; 8])));
        drop(Box::from_raw(black_box(object)));
        free(black_box(object).cast());
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let object = Box::into_raw(black_box(Box::new([7u64; 8])));
        drop(Box::from_raw(black_box(object)));
    }
}
