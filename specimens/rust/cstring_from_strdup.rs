//! A string from strdup is dropped as a CString.
//! expect: CF001 c -> rust
//! acts: strdup dealloc
use crate::ffi::{free, strdup};
use std::ffi::CString;
use std::hint::black_box;

#[inline(never)]
pub fn fault() {
    unsafe {
        let text = black_box(strdup(c"a copied string".as_ptr()));
        drop(black_box(CString::from_raw(text)));
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let text = black_box(strdup(c"a copied string".as_ptr()));
        free(black_box(text).cast());
    }
}
