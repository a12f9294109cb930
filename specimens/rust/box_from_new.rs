//! An object from C++ new is dropped as a Box.
//! expect: CF001 c++ -> rust
//! born: cxx_new
//! acts: cxx_new dealloc
use crate::ffi::{cxx_delete, cxx_new};
use std::hint::black_box;

#[inline(never)]
pub fn fault() {
    unsafe {
        let object = black_box(cxx_new());
        drop(black_box(Box::from_raw(object)));
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let object = black_box(cxx_new());
        cxx_delete(black_box(object));
    }
}
