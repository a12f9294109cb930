//! A CString is handed to a C library that frees it.
//! expect: CF001 rust -> c
//! unless lto+system: open; the call is in a function so short that another may share its machine code
//! unless release+bump: CF001 rust -> c; CString::new is code of the standard library, which calls the shim
//! acts: alloc c_release
use crate::ffi::c_release;
use std::ffi::CString;
use std::hint::black_box;

#[inline(never)]
pub fn fault() {
    unsafe {
        let text = CString::new("a Rust string").unwrap().into_raw();
        c_release(black_box(text).cast());
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let text = CString::new("a Rust string").unwrap().into_raw();
        drop(CString::from_raw(black_box(text)));
    }
}
