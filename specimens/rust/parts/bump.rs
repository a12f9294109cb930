//! A global allocator that never takes anything back: a cursor in a static array.
use std::alloc::{GlobalAlloc, Layout};
use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicUsize, Ordering};

const SIZE: usize = 16 << 20;

#[repr(align(4096))]
pub struct Bump(UnsafeCell<[u8; SIZE]>, AtomicUsize);

unsafe impl Sync for Bump {}

impl Bump {
    pub const fn new() -> Self {
        Bump(UnsafeCell::new([0; SIZE]), AtomicUsize::new(0))
    }
}

unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let place = |used: usize| (used + layout.align() - 1) & !(layout.align() - 1);
        let take = |used: usize| Some(place(used) + layout.size()).filter(|end| *end <= SIZE);
        match self.1.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take) {
            Ok(used) => self.0.get().cast::<u8>().add(place(used)),
            Err(_) => std::ptr::null_mut(),
        }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}
