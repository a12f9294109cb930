//! One byte into a buffer is dropped as a block of its own.
//! expect: CF003 -> rust where=interior offset=1
//! acts: alloc dealloc
use std::hint::black_box;

#[inline(never)]
pub fn fault() {
    unsafe {
        let block = Box::into_raw(black_box(Box::new([7u8; 64]))).cast::<u8>();
        drop(black_box(Vec::from_raw_parts(black_box(block.add(1)), 0, 63)));
    }
}

#[inline(never)]
pub fn healthy() {
    unsafe {
        let block = Box::into_raw(black_box(Box::new([7u8; 64]))).cast::<u8>();
        let inner = black_box(block.add(1));
        drop(black_box(Box::from_raw(inner.sub(1).cast::<[u8; 64]>())));
    }
}
