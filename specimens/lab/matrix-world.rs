//! One Rust world as a library: what `std::alloc` hands out and takes back. With `--cfg jemalloc` or
//! `--cfg mimalloc` its global allocator is that one, called as the usual bindings call it.

use std::alloc::{alloc, dealloc, Layout};

#[cfg(jemalloc)]
mod allocator {
    use std::alloc::{GlobalAlloc, Layout};
    use std::ffi::{c_int, c_void};

    extern "C" {
        fn mallocx(size: usize, flags: c_int) -> *mut c_void;
        fn sdallocx(block: *mut c_void, size: usize, flags: c_int);
    }

    pub struct Jemalloc;

    fn flags(layout: Layout) -> c_int {
        if layout.align() <= 16 { 0 } else { layout.align().trailing_zeros() as c_int }
    }

    unsafe impl GlobalAlloc for Jemalloc {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            mallocx(layout.size(), flags(layout)).cast()
        }
        unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
            sdallocx(block.cast(), layout.size(), flags(layout));
        }
    }

    #[global_allocator]
    static GLOBAL: Jemalloc = Jemalloc;
}

#[cfg(mimalloc)]
mod allocator {
    use std::alloc::{GlobalAlloc, Layout};
    use std::ffi::c_void;

    extern "C" {
        fn mi_malloc_aligned(size: usize, alignment: usize) -> *mut c_void;
        fn mi_free(block: *mut c_void);
    }

    pub struct Mimalloc;

    unsafe impl GlobalAlloc for Mimalloc {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            mi_malloc_aligned(layout.size(), layout.align()).cast()
        }
        unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
            mi_free(block.cast());
        }
    }

    #[global_allocator]
    static GLOBAL: Mimalloc = Mimalloc;
}

#[no_mangle]
pub unsafe extern "C" fn world_get(size: usize) -> *mut u8 {
    alloc(Layout::from_size_align(size, 16).unwrap())
}

#[no_mangle]
pub unsafe extern "C" fn world_release(block: *mut u8, size: usize) {
    dealloc(block, Layout::from_size_align(size, 16).unwrap());
}
