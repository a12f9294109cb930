//! A global allocator hands the same block to two owners.
//! expect: CF011 rust
//! unless inlined, stripped: unseen; the call goes to the allocator, past the function that can be observed
//! acts: alloc alloc
use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::Relaxed};

include!("../parts/pick.rs");

/// Remembers the last block of 999 bytes; `TWICE` says how often it is handed out again.
struct Forgetful;
static LAST: AtomicPtr<u8> = AtomicPtr::new(std::ptr::null_mut());
static TWICE: AtomicUsize = AtomicUsize::new(0);

unsafe impl GlobalAlloc for Forgetful {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() != 999 {
            return System.alloc(layout);
        }
        if TWICE.swap(0, Relaxed) == 0 {
            LAST.store(System.alloc(layout), Relaxed);
        }
        LAST.load(Relaxed)
    }

    #[inline(never)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        System.dealloc(block, layout)
    }
}

#[global_allocator]
static GLOBAL: Forgetful = Forgetful;

#[inline(never)]
fn fault() {
    let first = black_box(Vec::<u8>::with_capacity(999));
    TWICE.store(1, Relaxed);
    let second = black_box(Vec::<u8>::with_capacity(999));
    std::mem::forget(second);
    drop(first);
}

#[inline(never)]
fn healthy() {
    let first = black_box(Vec::<u8>::with_capacity(999));
    let second = black_box(Vec::<u8>::with_capacity(999));
    drop(second);
    drop(first);
}
