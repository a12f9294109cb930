//! A Box is dropped twice in a row.
//! expect: CF002 rust -> rust
//! acts: alloc dealloc dealloc
use std::hint::black_box;

#[inline(never)]
pub fn fault() {
    unsafe {
        let object = Box::into_raw(black_box(Box::new([7u64; 8])));
        drop(Box::from_raw(black_box(object)));
        drop(Box::from_raw(black_box(object)));
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let object = Box::into_raw(black_box(Box::new([7u64; 8])));
        drop(Box::from_raw(black_box(object)));
    }
}
