//! A Vec is dropped twice, with other allocations in between.
//! expect: CF002 rust -> rust
//! acts: alloc dealloc
use std::hint::black_box;

#[inline(never)]
pub fn fault() {
    unsafe {
        let bytes = black_box(vec![7u8; 600]);
        let again = std::ptr::read(black_box(&bytes));
        drop(black_box(bytes));
        let other = black_box((vec![1u8; 24], vec![1u8; 5000]));
        drop(black_box(again));
        drop(other);
    }
}

#[inline(never)]
pub fn healthy() {
    let bytes = black_box(vec![7u8; 600]);
    let again = black_box(bytes.clone());
    drop(black_box(bytes));
    let other = black_box((vec![1u8; 24], vec![1u8; 5000]));
    drop(black_box(again));
    drop(other);
}
