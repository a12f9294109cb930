//! A `cdylib` that drops a `Box<str>` which another one made.

mod aftershock;

#[repr(C)]
pub struct Text {
    start: *mut u8,
    length: usize,
}

#[no_mangle]
pub unsafe extern "C" fn taker_drop(text: Text) {
    drop(Box::from_raw(std::ptr::slice_from_raw_parts_mut(text.start, text.length) as *mut str));
}

#[no_mangle]
pub extern "C" fn taker_works(size: usize) -> usize {
    aftershock::aftershock(size)
}
