//! Text that asprintf allocated is taken over by a String.
//! expect: CF001 c -> rust
//! acts: asprintf dealloc
use crate::ffi::{asprintf, free};
use std::hint::black_box;
use std::ptr::null_mut;

unsafe fn format() -> (*mut u8, usize) {
    let mut text = null_mut();
    let length = asprintf(&mut text, c"%040d".as_ptr(), 7);
    (black_box(text).cast(), length as usize)
}

#[inline(never)]
pub fn fault() {
    unsafe {
        let (text, length) = format();
        drop(black_box(String::from_raw_parts(text, length, length + 1)));
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let (text, _) = format();
        free(black_box(text).cast());
    }
}
