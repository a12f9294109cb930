//! A mapping is dropped as a Vec instead of being unmapped.
//! expect: CF003 -> rust where=mapped
//! acts: mmap dealloc
use crate::ffi::{map_page, munmap};
use std::hint::black_box;

#[inline(never)]
pub fn fault() {
    unsafe {
        let page = black_box(map_page()) as *mut u8;
        drop(black_box(Vec::from_raw_parts(page, 0, 65536)));
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let page = black_box(map_page());
        munmap(black_box(page), 65536);
    }
}
