//! A PAM client. libpam asks for the password through our conversation function and releases the answer
//! with C's free: the array of responses and the text in it. The first argument is the directory that
//! holds the service `crossfree-lab`, the second says who allocates the answer: `rust` (wrong) or `libc`.
//! With `--cfg own` Rust's global allocator is one of its own, as any program may have.

use std::ffi::{c_char, c_int, c_void, CStr, CString};
use std::ptr::{null, null_mut};

#[cfg(own)]
mod own {
    //! Hands out pieces of one static block and takes nothing back.
    use std::alloc::{GlobalAlloc, Layout};
    use std::cell::UnsafeCell;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const BYTES: usize = 1 << 20;
    const GAP: usize = 16;

    #[repr(align(4096))]
    pub struct Arena(UnsafeCell<[u8; BYTES]>, AtomicUsize);

    unsafe impl Sync for Arena {}

    unsafe impl GlobalAlloc for Arena {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            // zeros before each block, so that what glibc finds there does not depend on its neighbour
            let room = layout.size() + layout.align() + GAP;
            let start = self.1.fetch_add(room, Ordering::Relaxed);
            if start + room > BYTES {
                return std::ptr::null_mut();
            }
            let address = self.0.get().cast::<u8>().add(start + GAP);
            address.add(address.align_offset(layout.align()))
        }
        unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
    }

    #[global_allocator]
    static GLOBAL: Arena = Arena(UnsafeCell::new([0; BYTES]), AtomicUsize::new(0));
}

#[repr(C)]
struct Message {
    style: c_int,
    text: *const c_char,
}

#[repr(C)]
struct Response {
    text: *mut c_char,
    unused: c_int,
}

#[repr(C)]
struct Conversation {
    answer: extern "C" fn(c_int, *const *const Message, *mut *mut Response, *mut c_void) -> c_int,
    data: *mut c_void,
}

#[link(name = "libpam.so.0", kind = "dylib", modifiers = "+verbatim")]
extern "C" {
    fn pam_start_confdir(
        service: *const c_char,
        user: *const c_char,
        conversation: *const Conversation,
        directory: *const c_char,
        handle: *mut *mut c_void,
    ) -> c_int;
    fn pam_authenticate(handle: *mut c_void, flags: c_int) -> c_int;
    fn pam_end(handle: *mut c_void, status: c_int) -> c_int;
    fn pam_strerror(handle: *mut c_void, status: c_int) -> *const c_char;
}

extern "C" {
    fn calloc(count: usize, size: usize) -> *mut c_void;
    fn strdup(text: *const c_char) -> *mut c_char;
}

const PASSWORD: &CStr = unsafe { CStr::from_bytes_with_nul_unchecked(b"nobody@example.org\0") };

extern "C" fn by_rust(
    count: c_int,
    _: *const *const Message,
    responses: *mut *mut Response,
    _: *mut c_void,
) -> c_int {
    let answers: Vec<Response> =
        (0..count).map(|_| Response { text: CString::from(PASSWORD).into_raw(), unused: 0 }).collect();
    unsafe { *responses = Box::into_raw(answers.into_boxed_slice()).cast() };
    0
}

extern "C" fn by_libc(
    count: c_int,
    _: *const *const Message,
    responses: *mut *mut Response,
    _: *mut c_void,
) -> c_int {
    unsafe {
        let answers = calloc(count as usize, std::mem::size_of::<Response>()).cast::<Response>();
        for index in 0..count as usize {
            (*answers.add(index)).text = strdup(PASSWORD.as_ptr());
        }
        *responses = answers;
    }
    0
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let directory = CString::new(arguments.next().expect("a directory")).unwrap();
    let answer = match arguments.next().as_deref() {
        Some("rust") => by_rust,
        Some("libc") => by_libc,
        other => panic!("expected `rust` or `libc`, got {other:?}"),
    };
    let conversation = Conversation { answer, data: null_mut() };
    let mut handle = null_mut();
    unsafe {
        let service = CString::new("crossfree-lab").unwrap();
        let user = CString::new("anonymous").unwrap();
        let status = pam_start_confdir(
            service.as_ptr(),
            user.as_ptr(),
            &conversation,
            directory.as_ptr(),
            &mut handle,
        );
        assert!(status == 0 && handle != null::<c_void>().cast_mut(), "pam_start_confdir: {status}");
        let status = pam_authenticate(handle, 0);
        println!("PAM says: {}", CStr::from_ptr(pam_strerror(handle, status)).to_string_lossy());
        pam_end(handle, status);
    }
}
