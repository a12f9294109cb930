// A Rust library that hands out a block and takes one back. With `--cfg arena` its global allocator is an arena of
// its own: two such libraries in one process are two worlds, whatever their names.

#[cfg(arena)]
mod arena {
    use std::alloc::{GlobalAlloc, Layout};
    use std::sync::atomic::{AtomicUsize, Ordering};

    const BYTES: usize = 1 << 20;
    #[repr(align(4096))]
    struct Pool(std::cell::UnsafeCell<[u8; BYTES]>);
    unsafe impl Sync for Pool {}
    static POOL: Pool = Pool(std::cell::UnsafeCell::new([0; BYTES]));
    static USED: AtomicUsize = AtomicUsize::new(0);
    static RELEASED: AtomicUsize = AtomicUsize::new(0);

    pub struct Arena;
    unsafe impl GlobalAlloc for Arena {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            let size = (layout.size() + 15) & !15;
            let at = USED.fetch_add(size, Ordering::Relaxed);
            if at + size > BYTES || layout.align() > 16 {
                return std::ptr::null_mut();
            }
            POOL.0.get().cast::<u8>().add(at)
        }
        unsafe fn dealloc(&self, _: *mut u8, layout: Layout) {
            RELEASED.fetch_add(layout.size(), Ordering::Relaxed);
        }
    }

    #[global_allocator]
    static GLOBAL: Arena = Arena;
}

#[no_mangle]
pub extern "C" fn hand_out() -> *mut [u8; 64] {
    Box::into_raw(Box::new(std::hint::black_box([7; 64])))
}

/// # Safety
/// The block is one that this library handed out.
#[no_mangle]
pub unsafe extern "C" fn take_back(block: *mut [u8; 64]) {
    drop(std::hint::black_box(Box::from_raw(block)));
}
