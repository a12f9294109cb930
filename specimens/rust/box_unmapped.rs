//! A handle that is no address is dropped as a Box.
//! expect: CF003 -> rust where=unmapped
//! acts: dealloc
use std::hint::black_box;

#[inline(never)]
pub fn fault() {
    unsafe {
        let handle = black_box(0x1230usize) as *mut u64;
        drop(std::mem::transmute::<*mut u64, Box<u64>>(black_box(handle)));
    }
}

#[inline(never)]
pub fn healthy() {
    let handle = black_box(0x1230usize);
    drop(black_box(Box::new(handle)));
}
