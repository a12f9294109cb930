//! A Box is registered as user data with free as its destructor.
//! expect: CF001 rust -> c
//! unless release+mimalloc, size+mimalloc: unseen; whose call it is that goes through a pointer to free, nothing tells
//! unless lto+system: open; the call is in a function so short that another may share its machine code
//! died: c_unregister
//! acts: alloc c_register c_unregister
use crate::ffi::{c_register, c_unregister, free};
use std::ffi::c_void;
use std::hint::black_box;

#[inline(never)]
unsafe extern "C" fn drop_box(object: *mut c_void) {
    drop(Box::from_raw(black_box(object).cast::<[u64; 8]>()));
}

#[inline(never)]
pub fn fault() {
    unsafe {
        let object = Box::into_raw(black_box(Box::new([7u64; 8])));
        c_register(black_box(object).cast(), free);
        c_unregister();
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let object = Box::into_raw(black_box(Box::new([7u64; 8])));
        c_register(black_box(object).cast(), drop_box);
        c_unregister();
    }
}
