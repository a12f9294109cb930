//! Rust hands a static string to C, which frees it.
//! expect: CF003 -> c where=static
//! acts: c_release
use crate::ffi::{c_release, strdup};
use std::hint::black_box;

#[inline(never)]
pub fn fault() {
    unsafe {
        c_release(black_box(c"static".as_ptr() as *mut _));
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        c_release(black_box(strdup(c"static".as_ptr()).cast()));
    }
}
