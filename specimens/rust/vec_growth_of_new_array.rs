//! A Vec grows over an array from C++ new[].
//! expect: CF001 c++[] -> rust
//! unless lto+system: open; the call is in a function so short that another may share its machine code
//! born: cxx_new_array
//! acts: cxx_new_array realloc dealloc
use crate::ffi::{cxx_delete_array, cxx_new_array};
use std::hint::black_box;

#[inline(never)]
pub fn fault() {
    unsafe {
        let bytes = black_box(cxx_new_array());
        let mut bytes = black_box(Vec::from_raw_parts(bytes, 0, 64));
        bytes.reserve_exact(200);
        drop(black_box(bytes));
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let bytes = black_box(cxx_new_array());
        cxx_delete_array(black_box(bytes));
    }
}
