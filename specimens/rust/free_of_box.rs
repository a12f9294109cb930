//! A Box is given to free.
//! expect: CF001 rust -> c
//! acts: alloc free
use crate::ffi::free;
use std::hint::black_box;

#[inline(never)]
pub fn fault() {
    unsafe {
        let object = Box::into_raw(black_box(Box::new([7u64; 8])));
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
