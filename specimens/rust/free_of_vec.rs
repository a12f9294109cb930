//! The buffer of a Vec is given to free.
//! expect: CF001 rust -> c
//! acts: alloc free
use crate::ffi::free;
use std::hint::black_box;
use std::mem::ManuallyDrop;

#[inline(never)]
pub fn fault() {
    unsafe {
        let mut bytes = ManuallyDrop::new(black_box(vec![7u8; 100]));
        free(black_box(bytes.as_mut_ptr()).cast());
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let mut bytes = ManuallyDrop::new(black_box(vec![7u8; 100]));
        drop(Vec::from_raw_parts(black_box(bytes.as_mut_ptr()), bytes.len(), bytes.capacity()));
    }
}
