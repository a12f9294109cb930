//! An array from C++ new[] is dropped as a Vec.
//! expect: CF001 c++[] -> rust
//! born: cxx_new_array
//! acts: cxx_new_array dealloc
use crate::ffi::{cxx_delete_array, cxx_new_array};
use std::hint::black_box;

#[inline(never)]
pub fn fault() {
    unsafe {
        let bytes = black_box(cxx_new_array());
        drop(black_box(Vec::from_raw_parts(bytes, 64, 64)));
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let bytes = black_box(cxx_new_array());
        cxx_delete_array(black_box(bytes));
    }
}
