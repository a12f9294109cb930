//! A Box is taken back as a Box of another type, behind a void pointer.
//! expect: CF004 rust -> rust expected=64/8 actual=4/4
//! unless lto+system: unseen; what is left of the release is free(p), which states no layout
//! unless inlined+mimalloc: unseen; mi_free states no layout
//! acts: alloc dealloc
use std::ffi::c_void;
use std::hint::black_box;

#[inline(never)]
pub fn fault() {
    unsafe {
        let handle = Box::into_raw(black_box(Box::new([7u64; 8]))).cast::<c_void>();
        drop(black_box(Box::from_raw(black_box(handle).cast::<u32>())));
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let handle = Box::into_raw(black_box(Box::new([7u64; 8]))).cast::<c_void>();
        drop(black_box(Box::from_raw(black_box(handle).cast::<[u64; 8]>())));
    }
}
