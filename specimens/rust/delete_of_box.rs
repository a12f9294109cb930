//! A Box is deleted by C++.
//! expect: CF001 rust -> c++
//! acts: alloc cxx_delete
use crate::ffi::cxx_delete;
use std::hint::black_box;

#[inline(never)]
pub fn fault() {
    unsafe {
        let object = Box::into_raw(black_box(Box::new(7u64)));
        cxx_delete(black_box(object));
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let object = Box::into_raw(black_box(Box::new(7u64)));
        drop(Box::from_raw(black_box(object)));
    }
}
