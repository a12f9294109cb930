//! The buffer of a Vec is deleted as an array by C++.
//! expect: CF001 rust -> c++[]
//! acts: alloc cxx_delete_array
use crate::ffi::cxx_delete_array;
use std::hint::black_box;
use std::mem::ManuallyDrop;

#[inline(never)]
pub fn fault() {
    unsafe {
        let mut bytes = ManuallyDrop::new(black_box(vec![7u8; 64]));
        cxx_delete_array(black_box(bytes.as_mut_ptr()));
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let mut bytes = ManuallyDrop::new(black_box(vec![7u8; 64]));
        ManuallyDrop::drop(black_box(&mut bytes));
    }
}
