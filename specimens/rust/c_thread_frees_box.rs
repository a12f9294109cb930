//! A Box is handed to a C++ thread that frees it.
//! expect: CF001 rust -> c
//! unless lto+system: open; the call is in a function so short that another may share its machine code
//! died: c_release
//! acts: alloc c_release_in_thread
use crate::ffi::{c_release_in_thread, malloc};
use std::hint::black_box;

#[inline(never)]
pub fn fault() {
    unsafe {
        let object = Box::into_raw(black_box(Box::new([7u64; 8])));
        c_release_in_thread(black_box(object).cast());
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        c_release_in_thread(black_box(malloc(64)));
    }
}
